//! The federal Social Insurance Register. No number ever comes here: the answer is a state and a date of mailing.

use std::sync::Arc;

use domain::{
    answers::{AddressAnswer, ApplicationAnswer, ApplicationRefusal, UndoAnswer},
    desk::Leg,
    facts::Fact,
    people::Actor,
    undo::{Step, Undo},
};
use proto::{
    common::v1::BirthPlace,
    sin::v1::{
        Application, GetSinApplicationRequest, SubmitSinApplicationRequest,
        UpdateMailingAddressRequest, WithdrawSinApplicationRequest,
        get_sin_application_response::Outcome as Finding,
        social_insurance_register_service_client::SocialInsuranceRegisterServiceClient,
        submit_sin_application_response::Outcome as Applying, update_mailing_address_response,
        withdraw_sin_application_response,
    },
};
use store::contents::Brief;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tonic::transport::Channel;
use workflows::ports::{self, Asking};

use crate::{
    Calls, File,
    calls::context,
    key,
    registry::{nonsense, undone},
    wire::{
        self, Unknown,
        answer::{application_state, date, read_address, read_undo},
    },
};

#[derive(Clone)]
pub struct SocialInsurance {
    file: Arc<File>,
    calls: Arc<Calls>,
    client: SocialInsuranceRegisterServiceClient<Channel>,
}

impl SocialInsurance {
    #[must_use]
    pub fn new(file: Arc<File>, calls: Arc<Calls>, federal: Channel) -> Self {
        Self { file, calls, client: SocialInsuranceRegisterServiceClient::new(federal) }
    }
}

#[activities]
impl SocialInsurance {
    #[activity(definition = ports::ApplyForSin)]
    pub async fn apply_for_sin(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<ApplicationAnswer, ActivityError> {
        const OPERATION: &str = "SubmitSinApplication";
        let brief = self.file.brief(asking.case).await?;
        if brief.content.services.sin.is_none() {
            return Ok(ApplicationAnswer::NotWanted);
        }
        // Applying twice for a child is an offence: if we may have asked before, look first.
        if brief.facts.application_asked.is_some()
            && let Some(known) = self.application(&ctx, &brief, asking).await?
        {
            return Ok(known);
        }
        let key = application_key(asking);
        let fresh = application_request(&brief, asking, &key).map_err(nonsense(OPERATION))?;
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);
        self.file.record(asking.case, Actor::Engine, &[Fact::ApplicationAsked]).await?;

        let mut client = self.client.clone();
        let answer = self.calls.call(OPERATION, &ctx, request, |it| async move {
            client.submit_sin_application(it).await
        });
        let refused = match answer.await?.outcome {
            Some(Applying::Accepted(it)) => return self.stands(asking, it).await,
            Some(Applying::DuplicateApplication(_)) => ApplicationRefusal::DuplicateApplication,
            Some(Applying::AlreadyAssigned(_)) => ApplicationRefusal::AlreadyAssigned,
            Some(Applying::NotEligible(_)) => ApplicationRefusal::NotEligible,
            Some(Applying::DataRejected(_)) => ApplicationRefusal::DataRejected,
            Some(Applying::UndoneBeforeArrival(_)) => ApplicationRefusal::Undone,
            None => return Err(nonsense(OPERATION)(Unknown("the outcome"))),
        };
        self.file
            .record(asking.case, Actor::Federal, &[Fact::ApplicationRefused { reason: refused }])
            .await?;
        Ok(ApplicationAnswer::Refused(refused))
    }

    #[activity(definition = ports::FindApplication)]
    pub async fn find_application(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<ApplicationAnswer, ActivityError> {
        let brief = self.file.brief(asking.case).await?;
        let known = self.application(&ctx, &brief, asking).await?;
        Ok(known.unwrap_or(ApplicationAnswer::Refused(ApplicationRefusal::Undone)))
    }

    #[activity(definition = ports::UpdateMailingAddress)]
    pub async fn update_mailing_address(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<AddressAnswer, ActivityError> {
        const OPERATION: &str = "UpdateMailingAddress";
        let brief = self.file.brief(asking.case).await?;
        let key = key::of_address(asking.case, Step::ApplyForSin, brief.contact_version);
        let fresh = UpdateMailingAddressRequest {
            context: None,
            idempotency_key: key.clone(),
            case_ref: asking.case.to_string(),
            application_key: application_key(asking),
            mailing_address: Some(wire::address::address(&brief.contact.mailing)),
        };
        let mut request = self.file.frozen(OPERATION, asking.case, &key, &fresh).await?;
        request.context = context(&brief.correlation);
        let mut client = self.client.clone();
        let answer = self.calls.call(OPERATION, &ctx, request, |it| async move {
            client.update_mailing_address(it).await
        });
        let answer = read_address!(answer.await?.outcome, update_mailing_address_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        let fact = Fact::AddressAnswered { leg: Leg::Sin, answer };
        self.file.record(asking.case, Actor::Federal, &[fact]).await?;
        Ok(answer)
    }

    #[activity(definition = ports::WithdrawApplication)]
    pub async fn withdraw_application(
        self: Arc<Self>,
        ctx: ActivityContext,
        asking: Asking,
    ) -> Result<UndoAnswer, ActivityError> {
        const OPERATION: &str = "WithdrawSinApplication";
        let brief = self.file.brief(asking.case).await?;
        let request = WithdrawSinApplicationRequest {
            context: context(&brief.correlation),
            idempotency_key: key::of_undo(asking, Undo::WithdrawApplication),
            case_ref: asking.case.to_string(),
            undoes_key: application_key(asking),
        };
        let mut client = self.client.clone();
        let answer = self.calls.call(OPERATION, &ctx, request, |it| async move {
            client.withdraw_sin_application(it).await
        });
        let answer = read_undo!(answer.await?.outcome, withdraw_sin_application_response::Outcome)
            .map_err(nonsense(OPERATION))?;
        self.file
            .record(asking.case, Actor::Federal, &[undone(Undo::WithdrawApplication, answer)])
            .await?;
        Ok(answer)
    }
}

impl SocialInsurance {
    /// The application under this key, if the register has one.
    async fn application(
        &self,
        ctx: &ActivityContext,
        brief: &Brief,
        asking: Asking,
    ) -> Result<Option<ApplicationAnswer>, ActivityError> {
        const OPERATION: &str = "GetSinApplication";
        let request = GetSinApplicationRequest {
            context: context(&brief.correlation),
            application_key: application_key(asking),
        };
        let mut client = self.client.clone();
        let answer = self.calls.call(OPERATION, ctx, request, |it| async move {
            client.get_sin_application(it).await
        });
        match answer.await?.outcome {
            Some(Finding::Application(it)) => self.stands(asking, it).await.map(Some),
            Some(Finding::NotFound(_)) => Ok(None),
            None => Err(nonsense(OPERATION)(Unknown("the outcome"))),
        }
    }

    async fn stands(
        &self,
        asking: Asking,
        it: Application,
    ) -> Result<ApplicationAnswer, ActivityError> {
        const OPERATION: &str = "GetSinApplication";
        let state = application_state(&it).map_err(nonsense(OPERATION))?;
        let on = date(&it.letter_mailed_on).map_err(nonsense(OPERATION))?;
        let facts = [
            Fact::Applied { application_id: it.application_id },
            Fact::ApplicationMoved { state, on },
        ];
        self.file.record(asking.case, Actor::Federal, &facts).await?;
        Ok(ApplicationAnswer::Stands(state))
    }
}

fn application_key(asking: Asking) -> String {
    key::of_step(asking.case, Step::ApplyForSin, asking.generation)
}

/// Exactly what the federal side may have, and nothing else.
fn application_request(
    brief: &Brief,
    asking: Asking,
    key: &str,
) -> Result<SubmitSinApplicationRequest, Unknown> {
    let statement = &brief.content.statement;
    let (Some(registered), Some(registered_on)) =
        (&brief.facts.registered, brief.facts.registered_on)
    else {
        return Err(Unknown("the registration"));
    };
    let consent = brief.content.services.sin.as_ref().ok_or(Unknown("the consent"))?;
    // A submission of before they were asked for has none.
    let approved = brief.content.parents_exchange_names.iter().map(Option::as_ref);
    let approved = approved.chain(std::iter::repeat(None));
    let mut parents: Vec<_> = statement.parents.iter().zip(approved).collect();
    parents.sort_by_key(|(parent, _)| !parent.is_birth_parent);
    Ok(SubmitSinApplicationRequest {
        context: None,
        idempotency_key: key.to_owned(),
        case_ref: asking.case.to_string(),
        registration_number: registered.it.clone(),
        registered_on: registered_on.to_string(),
        child_name: Some(wire::names::exchange(
            &statement.child.name,
            brief.content.exchange_name.as_ref(),
        )),
        sex: wire::names::sex(statement.child.sex).into(),
        date_of_birth: statement.child.date_of_birth.to_string(),
        birth_place: Some(BirthPlace {
            municipality: statement.place.municipality.clone(),
            province: PROVINCE.to_owned(),
            country: "CA".to_owned(),
        }),
        parents_names_at_birth: parents
            .into_iter()
            .map(|(it, approved)| wire::names::exchange(&it.name_at_birth, approved))
            .collect(),
        mailing_address: Some(wire::address::address(&brief.contact.mailing)),
        language: wire::names::language(brief.content.language).into(),
        consent_version: consent.consent.clone(),
    })
}

/// The province this engine registers births for.
const PROVINCE: &str = "CA-ON";
