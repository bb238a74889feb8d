//! The province's register of births.

use std::sync::Arc;

use domain::{
    answers::{
        BindingAnswer, NoticeMatch, Refusal, RegistrationAnswer, RegistrationState,
        StatementAnswer, UndoAnswer,
    },
    decision::Grounds,
    facts::Fact,
    people::Actor,
    undo::{Step, Undo},
};
use proto::registry::v1::{
    BindNoticeRequest, FindNoticeMatchesRequest, GetRegistrationRequest, MatchDecision,
    RegisterBirthRequest, Registered, SubmitStatementRequest, UnbindNoticeRequest,
    WithdrawStatementRequest, WithdrawalReason, WithoutNotice, WithoutNoticeReason,
    bind_notice_response::Outcome as BindingOutcome,
    birth_registry_service_client::BirthRegistryServiceClient,
    get_registration_response::Outcome as Found, register_birth_response::Outcome as Registering,
    submit_statement_response::Outcome as Submitting, unbind_notice_response,
    withdraw_statement_response,
};
use store::contents::Brief;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tonic::transport::Channel;
use workflows::ports::{self, Asking};

use crate::{
    Calls, File,
    calls::context,
    fault::{self, Nonsense},
    key,
    wire::{
        self, Unknown,
        answer::{notice_match, read_undo, refusal},
    },
};

#[derive(Clone)]
pub struct Registry {
    file: Arc<File>,
    calls: Arc<Calls>,
    client: BirthRegistryServiceClient<Channel>,
}

impl Registry {
    #[must_use]
    pub fn new(file: Arc<File>, calls: Arc<Calls>, province: Channel) -> Self {
        Self { file, calls, client: BirthRegistryServiceClient::new(province) }
    }
}

#[activities]
impl Registry {
    #[activity(definition = ports::SubmitStatement)]
    pub async fn submit_statement(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<StatementAnswer, ActivityError> {
        const OPERATION: &str = "SubmitStatement";
        let brief = self.file.brief(asking.case).await?;
        let key = key::of_step(asking.case, Step::SubmitStatement, asking.generation);
        let fresh = statement_request(&brief, asking, &key);
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);

        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.submit_statement(it).await });
        let (answer, facts) = match answer.await?.outcome {
            Some(Submitting::Accepted(it)) => {
                let (standing, notices) = notice_match(it.r#match).map_err(nonsense(OPERATION))?;
                let mut facts = vec![Fact::StatementAccepted { statement_id: it.statement_id }];
                facts.extend(found(&brief, &standing, notices));
                (StatementAnswer::Accepted(standing), facts)
            }
            Some(Submitting::Refused(it)) => {
                let reason = refusal(it.reason).map_err(nonsense(OPERATION))?;
                (StatementAnswer::Refused(reason), vec![Fact::StatementRefused { reason }])
            }
            Some(Submitting::UndoneBeforeArrival(_)) => {
                (StatementAnswer::Refused(Refusal::Undone), vec![])
            }
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file.record(asking.case, Actor::Province, &facts).await?;
        Ok(answer)
    }

    #[activity(definition = ports::FindNotice)]
    pub async fn find_notice(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<NoticeMatch, ActivityError> {
        const OPERATION: &str = "FindNoticeMatches";
        let brief = self.file.brief(asking.case).await?;
        let request = FindNoticeMatchesRequest {
            context: context(&brief.correlation),
            statement_key: statement_key(asking),
        };
        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(
                OPERATION,
                &ctx,
                request,
                |it| async move { client.find_notice_matches(it).await },
            )
            .await?;
        let (standing, notices) = notice_match(answer.r#match).map_err(nonsense(OPERATION))?;
        self.file.record(asking.case, Actor::Province, &found(&brief, &standing, notices)).await?;
        Ok(standing)
    }

    #[activity(definition = ports::BindNotice)]
    pub async fn bind_notice(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<BindingAnswer, ActivityError> {
        const OPERATION: &str = "BindNotice";
        let brief = self.file.brief(asking.case).await?;
        // The choice falls when the province says something else of the notices; then there is nothing to ask.
        let Some(Binding { notice_id, decision, accepted }) = binding(&brief, asking) else {
            return match asking.by_officer {
                true => Ok(BindingAnswer::Refused(Refusal::NotMatched)),
                false => Err(nonsense(OPERATION)(Unknown("the notice that fits"))),
            };
        };
        let key = key::of_step(asking.case, Step::BindNotice, asking.generation);
        let fresh = BindNoticeRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            statement_key: statement_key(asking),
            notice_id,
            decision: decision.into(),
            accepted_differences: accepted,
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);
        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.bind_notice(it).await });
        let (answer, facts) = match answer.await?.outcome {
            Some(BindingOutcome::Bound(it)) => {
                (BindingAnswer::Bound, vec![Fact::NoticeBound { notice_id: it.notice_id }])
            }
            Some(BindingOutcome::Refused(it)) => {
                (BindingAnswer::Refused(refusal(it.reason).map_err(nonsense(OPERATION))?), vec![])
            }
            Some(BindingOutcome::UndoneBeforeArrival(_)) => {
                (BindingAnswer::Refused(Refusal::Undone), vec![])
            }
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file.record(asking.case, Actor::Province, &facts).await?;
        Ok(answer)
    }

    #[activity(definition = ports::RegisterBirth)]
    pub async fn register_birth(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<RegistrationAnswer, ActivityError> {
        const OPERATION: &str = "RegisterBirth";
        let brief = self.file.brief(asking.case).await?;
        let key = key::of_step(asking.case, Step::RegisterBirth, asking.generation);
        let fresh = RegisterBirthRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            statement_key: statement_key(asking),
            content_digest: wire::statement::digest(&brief.content.statement),
            without_notice: asking.by_officer.then(|| without_notice(&brief)).flatten(),
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);

        // The case file knows that it was asked before anybody can answer.
        self.file.record(asking.case, Actor::Engine, &[Fact::RegistrationAsked]).await?;
        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.register_birth(it).await });
        let (answer, fact) = match answer.await?.outcome {
            Some(Registering::Registered(it)) => {
                (RegistrationAnswer::Registered, registered(it).map_err(nonsense(OPERATION))?)
            }
            Some(Registering::Refused(it)) => {
                let reason = refusal(it.reason).map_err(nonsense(OPERATION))?;
                (RegistrationAnswer::Refused(reason), Fact::RegistrationRefused { reason })
            }
            Some(Registering::UndoneBeforeArrival(_)) => (
                RegistrationAnswer::Refused(Refusal::Undone),
                Fact::RegistrationRefused { reason: Refusal::Undone },
            ),
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file.record(asking.case, Actor::Province, &[fact]).await?;
        Ok(answer)
    }

    #[activity(definition = ports::FindRegistration)]
    pub async fn find_registration(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<RegistrationState, ActivityError> {
        const OPERATION: &str = "GetRegistration";
        let brief = self.file.brief(asking.case).await?;
        let request = GetRegistrationRequest {
            context: context(&brief.correlation),
            statement_key: statement_key(asking),
        };
        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.get_registration(it).await });
        match answer.await?.outcome {
            Some(Found::Registered(it)) => {
                let fact = registered(it).map_err(nonsense(OPERATION))?;
                self.file.record(asking.case, Actor::Province, &[fact]).await?;
                Ok(RegistrationState::Registered)
            }
            Some(Found::NotRegistered(_) | Found::NotFound(_)) => {
                Ok(RegistrationState::NotRegistered)
            }
            None => Err(nonsense(OPERATION)(Unknown("the outcome"))),
        }
    }

    #[activity(definition = ports::UnbindNotice)]
    pub async fn unbind_notice(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<UndoAnswer, ActivityError> {
        const OPERATION: &str = "UnbindNotice";
        let brief = self.file.brief(asking.case).await?;
        let request = UnbindNoticeRequest {
            context: context(&brief.correlation),
            idempotency_key: key::of_undo(asking, Undo::UnbindNotice),
            case_ref: asking.case.to_string(),
            undoes_key: key::of_step(asking.case, Step::BindNotice, asking.generation),
        };
        let mut client = self.client.clone();
        let answer = self
            .calls
            .call(OPERATION, &ctx, request, |it| async move { client.unbind_notice(it).await });
        let answer = read_undo!(answer.await?.outcome, unbind_notice_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        self.file
            .record(asking.case, Actor::Province, &[undone(Undo::UnbindNotice, answer)])
            .await?;
        Ok(answer)
    }

    #[activity(definition = ports::WithdrawStatement)]
    pub async fn withdraw_statement(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<UndoAnswer, ActivityError> {
        const OPERATION: &str = "WithdrawStatement";
        let brief = self.file.brief(asking.case).await?;
        let key = key::of_undo(asking, Undo::WithdrawStatement);
        let fresh = WithdrawStatementRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            undoes_key: key::of_step(asking.case, Step::SubmitStatement, asking.generation),
            reason: match asking.elsewhere {
                true => WithdrawalReason::NotThisService.into(),
                false => WithdrawalReason::ByParents.into(),
            },
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);
        let mut client = self.client.clone();
        let answer = self.calls.call(OPERATION, &ctx, request, |it| async move {
            client.withdraw_statement(it).await
        });
        let answer = read_undo!(answer.await?.outcome, withdraw_statement_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        self.file
            .record(asking.case, Actor::Province, &[undone(Undo::WithdrawStatement, answer)])
            .await?;
        Ok(answer)
    }
}

fn statement_request(brief: &Brief, asking: Asking, key: &str) -> SubmitStatementRequest {
    let statement = &brief.content.statement;
    let certifications = brief.certifications.iter().map(wire::statement::certification);
    SubmitStatementRequest {
        context: None,
        idempotency_key: key.to_owned(),
        case_ref: asking.case.to_string(),
        statement: Some(wire::statement::statement(statement)),
        certifications: certifications.collect(),
    }
}

fn registered(it: Registered) -> Result<Fact, Unknown> {
    let registered_on = wire::answer::date(&it.registered_on)?;
    let registered_on = registered_on.ok_or(Unknown("the date of registration"))?;
    Ok(Fact::Registered { registration_number: it.registration_number, registered_on })
}

fn statement_key(asking: Asking) -> String {
    key::of_step(asking.case, Step::SubmitStatement, asking.statement)
}

/// Which notice is to be bound, on whose word.
struct Binding {
    notice_id: String,
    decision: MatchDecision,
    accepted: Vec<i32>,
}

fn binding(brief: &Brief, asking: Asking) -> Option<Binding> {
    let facts = &brief.facts;
    if asking.by_officer {
        let (notice_id, accepted) = facts.matching.chosen.clone()?;
        let accepted = accepted.into_iter().map(|it| wire::answer::match_field(it).into());
        let (decision, accepted) = (MatchDecision::Officer, accepted.collect());
        return Some(Binding { notice_id, decision, accepted });
    }
    let bound = facts.notice.as_ref().map(|notice| notice.it.clone());
    let notice_id = facts.notice_found.clone().or(bound)?;
    Some(Binding { notice_id, decision: MatchDecision::Automatic, accepted: Vec::new() })
}

/// What two people decided instead of a notice.
fn without_notice(brief: &Brief) -> Option<WithoutNotice> {
    let (grounds, approved_by) = brief.facts.matching.waived.clone()?;
    let reason = match grounds {
        Grounds::Unattended => WithoutNoticeReason::Unattended,
        _ => WithoutNoticeReason::OtherProof,
    };
    Some(WithoutNotice { reason: reason.into(), approved_by })
}

/// What the case file should know about the match. Looking again and seeing the same adds nothing.
fn found(brief: &Brief, standing: &NoticeMatch, notices: Vec<String>) -> Vec<Fact> {
    let facts = &brief.facts;
    let notice_id = notices.first().cloned();
    match (standing, notice_id) {
        (NoticeMatch::Matched, Some(notice_id))
            if facts.notice_found.as_ref() != Some(&notice_id) =>
        {
            vec![Fact::NoticeFound { notice_id }]
        }
        (NoticeMatch::Differs(fields), notice_id) => {
            vec![Fact::NoticeDiffers { notice_id, fields: fields.clone() }]
        }
        (NoticeMatch::Several, _) => vec![Fact::SeveralNotices { notices }],
        (NoticeMatch::Awaited, _)
            if facts.statement.is_none() || !facts.matching.notices.is_empty() =>
        {
            vec![Fact::NoticeAwaited]
        }
        (NoticeMatch::Awaited | NoticeMatch::Matched, _) => vec![],
    }
}

/// The fact that an undo was answered.
pub(crate) fn undone(undo: Undo, answer: UndoAnswer) -> Fact {
    Fact::UndoAnswered { undo, answer }
}

/// An answer that the contract does not know: a person must look.
pub(crate) fn nonsense(operation: &'static str) -> impl Fn(Unknown) -> ActivityError {
    move |Unknown(what)| fault::stop(Nonsense { operation, what })
}
