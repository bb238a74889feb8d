//! How a command ends, as the exit code that scripts read.

use std::process::ExitCode;

/// A command that ran to its end. A usage mistake (exit code 2) is found before a command begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What was asked for has been done.
    Done,
    /// Somebody said no, or it did not work.
    Refused,
    /// `--wait` ran out first; the cases go on by themselves.
    StillRunning,
}

impl Ending {
    /// The number published in the project's documents.
    pub fn code(self) -> u8 {
        match self {
            Ending::Done => 0,
            Ending::Refused => 1,
            Ending::StillRunning => 3,
        }
    }

    /// The worse of the two: one refusal among many files is a refusal.
    pub fn or_worse(self, other: Ending) -> Ending {
        match (self, other) {
            (Ending::Refused, _) | (_, Ending::Refused) => Ending::Refused,
            (Ending::StillRunning, _) | (_, Ending::StillRunning) => Ending::StillRunning,
            (Ending::Done, Ending::Done) => Ending::Done,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        ExitCode::from(ending.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_that_were_published() {
        assert_eq!(
            [0, 1, 3],
            [Ending::Done, Ending::Refused, Ending::StillRunning].map(Ending::code)
        );
    }

    #[test]
    fn one_refusal_outweighs_everything_else() {
        assert_eq!(Ending::StillRunning.or_worse(Ending::Refused), Ending::Refused);
        assert_eq!(Ending::Done.or_worse(Ending::StillRunning), Ending::StillRunning);
        assert_eq!(Ending::Done.or_worse(Ending::Done), Ending::Done);
    }
}
