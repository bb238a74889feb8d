//! Idempotency keys: `<case>/<step>/<generation>`.

use domain::{
    CaseRef,
    undo::{Step, Undo},
};
use workflows::ports::Asking;

/// The key of a step. Generations are counted from 1 in the contracts.
#[must_use]
pub fn of_step(case: CaseRef, step: Step, generation: u16) -> String {
    format!("{case}/{step}/{}", u32::from(generation) + 1)
}

/// The key of an undo. Its generation rises with the step's, and when a person has it asked again.
#[must_use]
pub fn of_undo(asking: Asking, undo: Undo) -> String {
    let generation = u32::from(asking.generation) + u32::from(asking.undo_again) + 1;
    format!("{}/{undo}/{generation}", asking.case)
}

/// The key of a change of address: one per version of the contact and order or application.
#[must_use]
pub fn of_address(case: CaseRef, step: Step, contact_version: u32) -> String {
    format!("{case}/{step}-address/{contact_version}")
}
