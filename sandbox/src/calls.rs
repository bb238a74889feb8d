//! What every call has in common, so that keys, misbehaviour and metrics are written once.

use std::future::Future;

use prost::Message;
use proto::common::v1::RequestContext;
use sqlx::PgConnection;

use crate::{faults::Fault, keys::Key, operations::Operation, register::Desk};

/// The request of an operation.
pub trait Call: Message + Default + 'static {
    /// The response that goes with it.
    type Answer: Answer;
    const OPERATION: Operation;

    /// Takes the part that is not business out of the request.
    fn take_context(&mut self) -> RequestContext;

    /// The case a log line is about: of a query, the subject of the key it asks for.
    fn subject(&self) -> &str;
}

/// The response of an operation.
pub trait Answer: Message + Default {
    /// Which branch of the `oneof` it is.
    fn branch(&self) -> &'static str;
}

/// A question that changes nothing.
pub trait Query: Call {
    fn look(
        &self,
        conn: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Answer, Fault>> + Send;
}

/// A call that changes the register, once per key.
pub trait Command: Call + Sync {
    fn key(&self) -> &str;

    /// Keys of the same case that the request names, with the field they stand in.
    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// The key this command undoes, if it is an undo.
    fn undoes(&self) -> Option<&str> {
        None
    }

    /// Does it. Called at most once per key, inside the transaction that also keeps the answer.
    fn work(&self, desk: &mut Desk<'_>)
    -> impl Future<Output = Result<Self::Answer, Fault>> + Send;

    /// Brings the state inside a kept answer up to date, for a call that came again.
    fn refresh(
        &self,
        kept: Self::Answer,
        _conn: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Answer, Fault>> + Send {
        async { Ok(kept) }
    }

    /// The answer to a call whose key was undone, or outrun by a later generation, before it came. An undo is never late.
    fn came_too_late(&self) -> Option<Self::Answer>;

    /// The answer that refuses with a reason of the contract, for the misbehaviour `refuse`.
    fn refusal(reason: &str, key: &Key) -> Option<Self::Answer>;
}

/// Ties a request, its response and its operation together.
macro_rules! call {
    ($request:ident => $answer:ident, $operation:ident, subject: $subject:expr, $outcome:ident: $($branch:ident)|+) => {
        impl $crate::calls::Call for $request {
            type Answer = $answer;
            const OPERATION: $crate::operations::Operation = $crate::operations::Operation::$operation;

            fn take_context(&mut self) -> proto::common::v1::RequestContext {
                self.context.take().unwrap_or_default()
            }

            fn subject(&self) -> &str {
                let subject: fn(&$request) -> &str = $subject;
                subject(self)
            }
        }

        impl $crate::calls::Answer for $answer {
            fn branch(&self) -> &'static str {
                match &self.outcome {
                    $(Some($outcome::Outcome::$branch(_)) => stringify!($branch),)+
                    None => "Nothing",
                }
            }
        }
    };
}

/// The whole of an undo's answers: its three branches, from [`crate::keys::Undo`].
macro_rules! undo_answers {
    ($answer:ident, $outcome:ident) => {
        impl From<$crate::keys::Undoing> for $answer {
            fn from(undo: $crate::keys::Undoing) -> Self {
                use proto::common::v1::{NothingToUndo, TooLate, Undone};
                Self {
                    outcome: Some(match undo {
                        $crate::keys::Undoing::Undone => $outcome::Outcome::Undone(Undone {}),
                        $crate::keys::Undoing::NothingToUndo => {
                            $outcome::Outcome::NothingToUndo(NothingToUndo {})
                        }
                        $crate::keys::Undoing::TooLate => $outcome::Outcome::TooLate(TooLate {}),
                    }),
                }
            }
        }
    };
}

pub(crate) use {call, undo_answers};
