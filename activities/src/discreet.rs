//! What a failed activity may say in a history.

use futures::FutureExt;
use temporalio_sdk::{
    activities::ActivityError,
    interceptors::{ActivityInboundInterceptor, ExecuteActivityInput, ExecuteActivityOutput, Next},
};

use crate::fault;

/// Lets only our own faults into history. The message of a panic, or of an error that nobody sorted, may quote what
/// somebody typed.
pub struct Discreet;

impl ActivityInboundInterceptor for Discreet {
    fn execute_activity<'a>(
        &'a self,
        input: ExecuteActivityInput,
        next: Next<'a, ExecuteActivityInput, ExecuteActivityOutput<'a>>,
    ) -> ExecuteActivityOutput<'a> {
        async move { next.run(input).await.map_err(in_our_words) }.boxed()
    }
}

fn in_our_words(error: ActivityError) -> ActivityError {
    match error {
        ActivityError::Application(failure) if !fault::is_ours(failure.source_error()) => {
            tracing::error!("an activity failed in a way that nobody foresaw");
            fault::retry(fault::Unforeseen)
        }
        ours => ours,
    }
}

#[cfg(test)]
mod tests {
    use temporalio_sdk::ApplicationFailure;

    use super::*;

    #[test]
    fn a_foreign_word_does_not_get_into_history() {
        let panicked = ApplicationFailure::new("panicked: Olivia Tremblay");
        let said = in_our_words(ActivityError::application(panicked));
        assert!(!format!("{said:?}").contains("Olivia"), "{said:?}");
    }

    #[test]
    fn our_own_faults_are_kept_as_they_are() {
        let said = in_our_words(fault::stop(fault::NotNow { operation: "PayFee" }));
        assert!(format!("{said:?}").contains("PayFee"), "{said:?}");
    }
}
