//! Idempotency keys: `<case>/<step>/<generation>`.

use domain::{
    CaseRef,
    undo::{Step, Undo},
};

/// The key of a step. Generations are counted from 1 in the contracts.
#[must_use]
pub fn of_step(case: CaseRef, step: Step, generation: u16) -> String {
    format!("{case}/{step}/{}", u32::from(generation) + 1)
}

/// The key of an undo.
#[must_use]
pub fn of_undo(case: CaseRef, undo: Undo, generation: u16) -> String {
    format!("{case}/{undo}/{}", u32::from(generation) + 1)
}

/// The key of a change of address: one per version of the contact and order or application.
#[must_use]
pub fn of_address(case: CaseRef, step: Step, contact_version: u32) -> String {
    format!("{case}/{step}-address/{contact_version}")
}
