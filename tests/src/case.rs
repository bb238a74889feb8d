//! A case of a running stack: looked at, waited for, decided about.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use temporalio_client::Client;

use crate::{PATIENCE, PAUSE, eventually, history, stack::Stack};

/// A case of a stack, as its parents and its officers see it.
pub struct Case<'a> {
    stack: &'a Stack,
    pub reference: String,
    pub access_code: String,
}

impl<'a> Case<'a> {
    /// One of the cases that a submission was answered with.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn of(stack: &'a Stack, answer: &Value) -> Result<Self> {
        let text = |name: &str| {
            answer[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"))
        };
        Ok(Self { stack, reference: text("ref")?, access_code: text("access_code")? })
    }

    /// The case as it stands.
    ///
    /// # Errors
    ///
    /// If the portal does not answer.
    pub fn show(&self) -> Result<Value> {
        self.stack.newborn(&["case", "show", &self.reference])
    }

    /// Waits until the case looks as it should and gives it.
    ///
    /// # Errors
    ///
    /// If it does not come to that; says how the case stands.
    pub fn until(&self, what: &str, true_of: impl Fn(&Value) -> bool) -> Result<Value> {
        let begun = Instant::now();
        let mut last = Value::Null;
        while begun.elapsed() < PATIENCE {
            // What cannot be asked now may be asked again: processes are killed under these tests.
            if let Ok(now) = self.show() {
                if true_of(&now) {
                    return Ok(now);
                }
                last = now;
            }
            std::thread::sleep(PAUSE);
        }
        bail!("{} did not come to: {what}; it stands at {last:#}", self.reference)
    }

    /// Waits until a part of the case has come to a state.
    ///
    /// # Errors
    ///
    /// As [`Case::until`].
    pub fn until_state(&self, part: &str, state: &str) -> Result<Value> {
        self.until(&format!("{part} {state}"), |case| case[part]["state"] == state)
    }

    /// Waits until the case is on the desk for a reason.
    ///
    /// # Errors
    ///
    /// As [`Case::until`].
    pub fn until_on_desk(&self, reason: &str) -> Result<Value> {
        self.until(&format!("on the desk for {reason}"), |case| case["desk"]["reason"] == reason)
    }

    /// Waits until all three parts are done.
    ///
    /// # Errors
    ///
    /// As [`Case::until`].
    pub fn until_all_three(&self) -> Result<Value> {
        self.until("registered, mailed and issued", |case| {
            case["birth"]["state"] == "REGISTERED"
                && case["certificate"]["state"] == "MAILED"
                && case["sin"]["state"] == "ISSUED"
                && case["closed"] == true
        })
    }

    /// The id of the workflow's run that is now under way.
    ///
    /// # Errors
    ///
    /// If Temporal does not know the case.
    pub fn run_id(&self) -> Result<String> {
        self.in_temporal(async |client| history::run_id(&client, &self.reference).await)
    }

    /// Waits until the workflow has continued as new.
    ///
    /// # Errors
    ///
    /// If it does not.
    pub fn until_continued_as_new(&self) -> Result<()> {
        let first = self.run_id()?;
        eventually("the case has continued as new", || Ok(self.run_id()? != first))
    }

    /// Waits for the workflow's end and gives the history of its newest run.
    ///
    /// # Errors
    ///
    /// If Temporal does not know the case, or the workflow failed.
    pub fn history(&self) -> Result<Vec<u8>> {
        self.in_temporal(async |client| {
            history::ended(&client, &self.reference).await?;
            history::of(&client, &self.reference).await
        })
    }

    /// Cancels the workflow, as an operator might with Temporal's own tools.
    ///
    /// # Errors
    ///
    /// If Temporal does not know the case.
    pub fn cancel_workflow(&self) -> Result<()> {
        self.in_temporal(async |client| history::cancel(&client, &self.reference).await)
    }

    fn in_temporal<T>(&self, work: impl AsyncFnOnce(Client) -> Result<T>) -> Result<T> {
        let (address, namespace) =
            (self.stack.address("temporal")?, self.stack.address("temporal_namespace")?);
        tokio::runtime::Runtime::new()?
            .block_on(async { work(history::client(&address, &namespace).await?).await })
    }

    /// Decides about the case as it stands now, as an officer unless somebody is named.
    ///
    /// # Errors
    ///
    /// If it is refused; says why.
    pub fn decide(&self, action: &str, reason: &str, more: &[&str]) -> Result<Value> {
        let mut unheard = false;
        for _ in 0..3 {
            let (answer, code) = self.decide_ending(action, reason, more)?;
            if code == 0 {
                return Ok(answer);
            }
            // A busy engine may have taken it without an answer in time. Then it is refused the second time.
            if answer.to_string().contains("ENGINE_AWAY") {
                unheard = true;
            } else if unheard {
                return self.show();
            } else {
                bail!("{action} was refused: {answer}");
            }
        }
        bail!("{action} is not answered")
    }

    /// As [`Case::decide`], and how it ended. What was stale is looked at and decided again.
    ///
    /// # Errors
    ///
    /// If it cannot be asked.
    pub fn decide_ending(&self, action: &str, reason: &str, more: &[&str]) -> Result<(Value, i32)> {
        for _ in 0..20 {
            let seen = self.show()?["revision"].to_string();
            let mut words =
                vec!["case", "decide", &self.reference, "--action", action, "--reason", reason];
            words.extend(["--seen", &seen]);
            if !more.contains(&"--as") {
                words.extend(["--as", "alex"]);
            }
            words.extend(more);
            let (answer, code) = self.stack.newborn_ending(&words)?;
            if code == 0 || !answer.to_string().contains("STALE") {
                return Ok((answer, code));
            }
        }
        bail!("the case moved on at each try")
    }
}
