//! What the story may ask of the world, one type per counterpart.
//!
//! Declarations only. The `activities` crate implements each of them, and the compiler checks that inputs and outputs
//! agree. The names are part of every history ever written: add, never rename.

use domain::{
    CaseRef,
    answers::{
        AddressAnswer, ApplicationAnswer, BindingAnswer, Certifying, FeeAnswer, NoticeMatch,
        OrderAnswer, Papers, RegistrationAnswer, RegistrationState, StatementAnswer, UndoAnswer,
    },
    desk::{Leg, Reason},
    facts::Ending,
    people::Register,
    undo::Step,
};
use serde::{Deserialize, Serialize};
use temporalio_common::ActivityDefinition;
use temporalio_macros::activity_definitions;

use crate::input::{Decided, Judged};

// The macro makes one type per declaration; `activities` refers to these.
pub use case_file::{
    ClearTask, CloseCase, EndLeg, FindCertifications, FindPapers, JudgePaper, NoteDecision,
    RaiseTask,
};
pub use certificates::{
    CancelOrder, FindOrder, OrderCertificate, PayFee, RefundFee, UpdateDeliveryAddress,
};
pub use registry::{
    BindNotice, FindNotice, FindRegistration, RegisterBirth, SubmitStatement, UnbindNotice,
    WithdrawStatement,
};
pub use social_insurance::{
    ApplyForSin, FindApplication, UpdateMailingAddress, WithdrawApplication,
};

/// Which step of which case, and how often it was begun. Makes the idempotency key `<case>/<step>/<generation>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    pub case: CaseRef,
    pub generation: u16,
    /// The generation of the statement that the rest of the case builds on.
    pub statement: u16,
    /// How often a person had the step's undo asked again, after a register had said that it was too late.
    pub undo_again: u16,
    /// Whether the case ends because the birth cannot be registered through this service.
    pub elsewhere: bool,
    /// Whether it is asked on the word of officers, as the case file has it: which notice, or that there is none. Older
    /// questions do not say.
    #[serde(default)]
    pub by_officer: bool,
}

/// The province's register of births.
pub struct Registry;

#[activity_definitions]
impl Registry {
    /// Sends what the parents certified.
    #[activity(name = "submit_statement")]
    pub fn submit_statement(asking: Asking) -> StatementAnswer {
        unimplemented!()
    }

    /// Asks how the statement stands to the notices.
    #[activity(name = "find_notice")]
    pub fn find_notice(asking: Asking) -> NoticeMatch {
        unimplemented!()
    }

    /// Binds the one notice that fits to the statement.
    #[activity(name = "bind_notice")]
    pub fn bind_notice(asking: Asking) -> BindingAnswer {
        unimplemented!()
    }

    /// REGISTER: the point of no return. The same registration however often it is asked.
    #[activity(name = "register_birth")]
    pub fn register_birth(asking: Asking) -> RegistrationAnswer {
        unimplemented!()
    }

    /// Asks whether the birth is registered. Registers nothing.
    #[activity(name = "find_registration")]
    pub fn find_registration(asking: Asking) -> RegistrationState {
        unimplemented!()
    }

    /// Frees the notice for another statement. Happy to find nothing, and shuts the door on a binding that comes late.
    #[activity(name = "unbind_notice")]
    pub fn unbind_notice(asking: Asking) -> UndoAnswer {
        unimplemented!()
    }

    /// Takes the statement back. Happy to find nothing, and shuts the door on a statement that comes late.
    #[activity(name = "withdraw_statement")]
    pub fn withdraw_statement(asking: Asking) -> UndoAnswer {
        unimplemented!()
    }
}

/// The province's certificates and their fees.
pub struct Certificates;

#[activity_definitions]
impl Certificates {
    /// Captures the payment that the parents offered.
    #[activity(name = "pay_fee")]
    pub fn pay_fee(asking: Asking) -> FeeAnswer {
        unimplemented!()
    }

    /// Gives the fee back, until production earned it. Happy to find nothing.
    #[activity(name = "refund_fee")]
    pub fn refund_fee(asking: Asking) -> UndoAnswer {
        unimplemented!()
    }

    /// Orders the certificate.
    #[activity(name = "order_certificate")]
    pub fn order_certificate(asking: Asking) -> OrderAnswer {
        unimplemented!()
    }

    /// Asks how far the order is.
    #[activity(name = "find_order")]
    pub fn find_order(asking: Asking) -> OrderAnswer {
        unimplemented!()
    }

    /// Sends the newest mailing address, until the certificate is printed.
    #[activity(name = "update_delivery_address")]
    pub fn update_delivery_address(asking: Asking) -> AddressAnswer {
        unimplemented!()
    }

    /// Cancels the order, until production. Happy to find nothing, and shuts the door on an order that comes late.
    #[activity(name = "cancel_order")]
    pub fn cancel_order(asking: Asking) -> UndoAnswer {
        unimplemented!()
    }
}

/// The federal Social Insurance Register. No number ever comes back.
pub struct SocialInsurance;

#[activity_definitions]
impl SocialInsurance {
    /// Applies for the child's SIN. If it may have been asked before, it looks first.
    #[activity(name = "apply_for_sin")]
    pub fn apply_for_sin(asking: Asking) -> ApplicationAnswer {
        unimplemented!()
    }

    /// Asks how far the application is.
    #[activity(name = "find_application")]
    pub fn find_application(asking: Asking) -> ApplicationAnswer {
        unimplemented!()
    }

    /// Sends the newest mailing address, until the letter is mailed.
    #[activity(name = "update_mailing_address")]
    pub fn update_mailing_address(asking: Asking) -> AddressAnswer {
        unimplemented!()
    }

    /// Withdraws the application, until a number is issued. Happy to find nothing, and shuts the door.
    #[activity(name = "withdraw_application")]
    pub fn withdraw_application(asking: Asking) -> UndoAnswer {
        unimplemented!()
    }
}

/// What the case file needs to say how far the parents are, and to remind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskingParents {
    pub case: CaseRef,
    /// The newest version of the content that a decision wrote; zero is the one that came with the form.
    pub content: u32,
    pub reminders_ms: [u64; 3],
    pub late_ms: u64,
    pub late_from_birth_ms: u64,
    /// How long the parents have to send a paper that a corrected content needs. Older questions do not say.
    #[serde(default)]
    pub papers_ms: u64,
}

/// What the case file needs to say how far the papers are, and to remind the parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskingPapers {
    pub case: CaseRef,
    pub reminders_ms: [u64; 2],
}

/// What an officer said of a paper of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judging {
    pub case: CaseRef,
    pub judged: Judged,
    /// How long the parents have to send what is asked for anew.
    pub papers_ms: u64,
}

/// A decision that changes the case file and nothing outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noting {
    pub case: CaseRef,
    pub decided: Decided,
}

/// A task for the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub case: CaseRef,
    pub leg: Leg,
    pub reason: Reason,
}

/// A leg of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegOf {
    pub case: CaseRef,
    pub leg: Leg,
}

/// The end of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub case: CaseRef,
    pub ending: Ending,
}

/// Our own case file.
pub struct CaseFile;

#[activity_definitions]
impl CaseFile {
    /// How far the parents are with certifying. Reminds those who are due to be reminded, once each time.
    #[activity(name = "find_certifications")]
    pub fn find_certifications(asking: AskingParents) -> Certifying {
        unimplemented!()
    }

    /// How far the papers are. Reminds the parents who are due to be reminded, once each time.
    #[activity(name = "find_papers")]
    pub fn find_papers(asking: AskingPapers) -> Papers {
        unimplemented!()
    }

    /// Notes what an officer said of a paper, unless something else came that they had not seen. Fine to repeat.
    #[activity(name = "judge_paper")]
    pub fn judge_paper(judging: Judging) {
        unimplemented!()
    }

    /// Notes what a decision changes in the case file. Fine to repeat.
    #[activity(name = "note_decision")]
    pub fn note_decision(noting: Noting) {
        unimplemented!()
    }

    /// Puts the case on the desk. Fine to repeat.
    #[activity(name = "raise_task")]
    pub fn raise_task(task: Task) {
        unimplemented!()
    }

    /// Takes this task off the desk, and no newer one. Happy to find nothing.
    #[activity(name = "clear_task")]
    pub fn clear_task(task: Task) {
        unimplemented!()
    }

    /// Notes that a leg was taken back while the birth stands. Fine to repeat.
    #[activity(name = "end_leg")]
    pub fn end_leg(leg: LegOf) {
        unimplemented!()
    }

    /// Closes the case. Fine to repeat.
    #[activity(name = "close_case")]
    pub fn close_case(closing: Closing) {
        unimplemented!()
    }
}

/// A port to a register: whom it asks, about which step, on behalf of which leg.
pub trait Question: ActivityDefinition<Input = Asking> + Sized {
    const PORT: Self;
    const REGISTER: Register;
    const STEP: Step;
    const LEG: Leg;
}

macro_rules! questions {
    ($( $port:ident: $register:ident, $step:ident, $leg:ident; )+) => {
        $( impl Question for $port {
            const PORT: Self = $port;
            const REGISTER: Register = Register::$register;
            const STEP: Step = Step::$step;
            const LEG: Leg = Leg::$leg;
        } )+
    };
}

questions! {
    SubmitStatement: Province, SubmitStatement, Birth;
    FindNotice: Province, SubmitStatement, Birth;
    BindNotice: Province, BindNotice, Birth;
    RegisterBirth: Province, RegisterBirth, Birth;
    FindRegistration: Province, RegisterBirth, Birth;
    UnbindNotice: Province, BindNotice, Birth;
    WithdrawStatement: Province, SubmitStatement, Birth;
    PayFee: Province, PayFee, Certificate;
    RefundFee: Province, PayFee, Certificate;
    OrderCertificate: Province, OrderCertificate, Certificate;
    FindOrder: Province, OrderCertificate, Certificate;
    UpdateDeliveryAddress: Province, OrderCertificate, Certificate;
    CancelOrder: Province, OrderCertificate, Certificate;
    ApplyForSin: Federal, ApplyForSin, Sin;
    FindApplication: Federal, ApplyForSin, Sin;
    UpdateMailingAddress: Federal, ApplyForSin, Sin;
    WithdrawApplication: Federal, ApplyForSin, Sin;
}
