//! Applications: received once per key, one live application per registration.

use prost::Message;
use proto::{
    common::v1::{Language, NotFound, Sex, TooLate, UndoneBeforeArrival},
    sin::v1::{
        Application, ApplicationState, GetSinApplicationRequest, GetSinApplicationResponse,
        NotEligibleReason, SubmitSinApplicationRequest, SubmitSinApplicationResponse,
        UpdateMailingAddressRequest, UpdateMailingAddressResponse, WithdrawSinApplicationRequest,
        WithdrawSinApplicationResponse, get_sin_application_response,
        submit_sin_application_response,
        submit_sin_application_response::{
            AlreadyAssigned, DataRejected, DuplicateApplication, NotEligible,
        },
        update_mailing_address_response, withdraw_sin_application_response,
    },
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    issuing::{self, Received},
    names,
};
use crate::{
    addresses,
    calls::{Command, Query, call, undo_answers},
    clock::Timed,
    events::EventKind,
    faults::Fault,
    keys::{Key, Undoing},
    moment::read_date,
    register::{Course, Desk},
};

call! {
    SubmitSinApplicationRequest => SubmitSinApplicationResponse, SubmitSinApplication, subject: |it| &it.case_ref,
    submit_sin_application_response:
        Accepted | DuplicateApplication | AlreadyAssigned | NotEligible | DataRejected | UndoneBeforeArrival
}
call! {
    GetSinApplicationRequest => GetSinApplicationResponse, GetSinApplication,
    subject: |it| it.application_key.split('/').next().unwrap_or_default(),
    get_sin_application_response: Application | NotFound
}
call! {
    UpdateMailingAddressRequest => UpdateMailingAddressResponse, UpdateMailingAddress, subject: |it| &it.case_ref,
    update_mailing_address_response: Updated | TooLate | NotFound
}
call! {
    WithdrawSinApplicationRequest => WithdrawSinApplicationResponse, WithdrawSinApplication, subject: |it| &it.case_ref,
    withdraw_sin_application_response: Undone | NothingToUndo | TooLate
}
undo_answers!(WithdrawSinApplicationResponse, withdraw_sin_application_response);

impl Command for SubmitSinApplicationRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<SubmitSinApplicationResponse, Fault> {
        use submit_sin_application_response::Outcome;
        check(self)?;
        let fields = unholdable(self);
        if !fields.is_empty() {
            return Ok(answer(Outcome::DataRejected(DataRejected { fields })));
        }
        let Some(received) = receive(desk, self).await? else {
            let application_id = live(desk.conn, &self.registration_number).await?.to_string();
            return Ok(answer(Outcome::DuplicateApplication(DuplicateApplication {
                application_id,
            })));
        };
        let (received, moved) = received.advance(desk.conn, desk.now).await?;
        if received.application.state() == ApplicationState::Adjudication {
            desk.tell(&self.case_ref, EventKind::SinAdjudication);
        }
        if let Some(moved) = moved {
            desk.tell(&self.case_ref, moved);
        }
        if received.application.state() != ApplicationState::Issued {
            desk.leave_to_the_clock();
        }
        Ok(answer(Outcome::Accepted(received.application)))
    }

    async fn refresh(
        &self,
        kept: SubmitSinApplicationResponse,
        conn: &mut PgConnection,
    ) -> Result<SubmitSinApplicationResponse, Fault> {
        let received = issuing::find(conn, &self.idempotency_key).await?;
        let accepted =
            |application| answer(submit_sin_application_response::Outcome::Accepted(application));
        Ok(received.map_or(kept, |it| accepted(it.application)))
    }

    fn came_too_late(&self) -> Option<SubmitSinApplicationResponse> {
        Some(answer(submit_sin_application_response::Outcome::UndoneBeforeArrival(
            UndoneBeforeArrival {},
        )))
    }

    fn refusal(reason: &str, _key: &Key) -> Option<SubmitSinApplicationResponse> {
        use submit_sin_application_response::Outcome;
        let not_eligible =
            |reason: NotEligibleReason| Outcome::NotEligible(NotEligible { reason: reason.into() });
        Some(answer(match reason {
            "DUPLICATE_APPLICATION" => Outcome::DuplicateApplication(DuplicateApplication {
                application_id: Uuid::now_v7().to_string(),
            }),
            "ALREADY_ASSIGNED" | "SIN_ALREADY_ASSIGNED" => {
                Outcome::AlreadyAssigned(AlreadyAssigned {})
            }
            "NOT_ELIGIBLE" | "STATUS" => not_eligible(NotEligibleReason::Status),
            "REGISTRATION" => not_eligible(NotEligibleReason::Registration),
            "DATA_REJECTED" => Outcome::DataRejected(DataRejected {
                fields: vec!["child_name.given_names".into()],
            }),
            _ => return None,
        }))
    }
}

impl Query for GetSinApplicationRequest {
    async fn look(&self, conn: &mut PgConnection) -> Result<GetSinApplicationResponse, Fault> {
        let outcome = match issuing::find(conn, &self.application_key).await? {
            Some(received) => {
                get_sin_application_response::Outcome::Application(received.application)
            }
            None => get_sin_application_response::Outcome::NotFound(NotFound {}),
        };
        Ok(GetSinApplicationResponse { outcome: Some(outcome) })
    }
}

impl Command for UpdateMailingAddressRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("application_key", &self.application_key)]
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<UpdateMailingAddressResponse, Fault> {
        use update_mailing_address_response::Outcome;
        addresses::check("mailing_address", self.mailing_address.as_ref())?;
        let outcome = match issuing::hold(desk.conn, &self.application_key).await? {
            None => Outcome::NotFound(NotFound {}),
            Some(received) if can_be_mailed(&received.application) => {
                readdress(desk, self).await?;
                Outcome::Updated(received.application)
            }
            Some(_) => Outcome::TooLate(TooLate {}),
        };
        Ok(UpdateMailingAddressResponse { outcome: Some(outcome) })
    }

    async fn refresh(
        &self,
        kept: UpdateMailingAddressResponse,
        conn: &mut PgConnection,
    ) -> Result<UpdateMailingAddressResponse, Fault> {
        use update_mailing_address_response::Outcome;
        if !matches!(kept.outcome, Some(Outcome::Updated(_))) {
            return Ok(kept);
        }
        let received = issuing::find(conn, &self.application_key).await?;
        Ok(received.map_or(kept, |it| UpdateMailingAddressResponse {
            outcome: Some(Outcome::Updated(it.application)),
        }))
    }

    /// None: a stale change of address is worked, and changes nothing.
    fn came_too_late(&self) -> Option<UpdateMailingAddressResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<UpdateMailingAddressResponse> {
        use update_mailing_address_response::Outcome;
        let outcome = match reason {
            "TOO_LATE" => Outcome::TooLate(TooLate {}),
            "NOT_FOUND" => Outcome::NotFound(NotFound {}),
            _ => return None,
        };
        Some(UpdateMailingAddressResponse { outcome: Some(outcome) })
    }
}

impl Command for WithdrawSinApplicationRequest {
    fn key(&self) -> &str {
        &self.idempotency_key
    }

    fn named_keys(&self) -> Vec<(&'static str, &str)> {
        vec![("undoes_key", &self.undoes_key)]
    }

    fn undoes(&self) -> Option<&str> {
        Some(&self.undoes_key)
    }

    async fn work(&self, desk: &mut Desk<'_>) -> Result<WithdrawSinApplicationResponse, Fault> {
        let Some(received) = issuing::hold(desk.conn, &self.undoes_key).await? else {
            return Ok(desk.shut(&self.undoes_key).await?.into());
        };
        match received.application.state() {
            ApplicationState::Withdrawn => Ok(Undoing::Undone.into()),
            ApplicationState::Issued | ApplicationState::Refused => Ok(Undoing::TooLate.into()),
            ApplicationState::Received
            | ApplicationState::Validating
            | ApplicationState::Adjudication
            | ApplicationState::Unspecified => {
                withdraw(desk, &self.undoes_key).await?;
                Ok(Undoing::Undone.into())
            }
        }
    }

    fn came_too_late(&self) -> Option<WithdrawSinApplicationResponse> {
        None
    }

    fn refusal(reason: &str, _key: &Key) -> Option<WithdrawSinApplicationResponse> {
        (reason == "TOO_LATE").then(|| Undoing::TooLate.into())
    }
}

fn check(request: &SubmitSinApplicationRequest) -> Result<(), Fault> {
    let birth_place = request.birth_place.clone().unwrap_or_default();
    let checks = [
        ("registration_number", (6..=40).contains(&request.registration_number.len())),
        ("registered_on", read_date(&request.registered_on).is_some()),
        ("child_name", request.child_name.is_some()),
        ("sex", request.sex() != Sex::Unspecified),
        ("date_of_birth", read_date(&request.date_of_birth).is_some()),
        ("birth_place.country", !birth_place.country.is_empty()),
        ("parents_names_at_birth", !request.parents_names_at_birth.is_empty()),
        ("language", request.language() != Language::Unspecified),
        ("consent_version", !request.consent_version.is_empty()),
    ];
    let broken: Vec<String> =
        checks.iter().filter(|(_, good)| !good).map(|(path, _)| (*path).into()).collect();
    if broken.is_empty() {
        addresses::check("mailing_address", request.mailing_address.as_ref())
    } else {
        Err(Fault::InvalidFields(broken))
    }
}

fn unholdable(request: &SubmitSinApplicationRequest) -> Vec<String> {
    let mut fields = names::unholdable("child_name", request.child_name.as_ref());
    for (name, nth) in request.parents_names_at_birth.iter().zip(1..) {
        fields.extend(names::unholdable(&format!("parents_names_at_birth.{nth}"), Some(name)));
    }
    fields
}

/// Keeps the application; `None` when a live one stands in its way.
async fn receive(
    desk: &mut Desk<'_>,
    request: &SubmitSinApplicationRequest,
) -> Result<Option<Received>, Fault> {
    let issuing = desk.now.after(desk.pace.issuing);
    let validating = desk.now.after(desk.pace.issuing / 2);
    let address = request.mailing_address.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    let row = sqlx::query(concat!(
        "insert into applications
             (application_id, key, case_ref, registration_number, content, mailing_address, address_generation,
              received_at, validating_due_at, issuing_due_at, adjudication_at)
         values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10)
         on conflict do nothing
         returning ",
        issuing::application_columns!()
    ))
    .bind(Uuid::now_v7())
    .bind(&request.idempotency_key)
    .bind(&request.case_ref)
    .bind(&request.registration_number)
    .bind(request.encode_to_vec())
    .bind(address)
    .bind(desk.now.to_sqlx())
    .bind(validating.to_sqlx())
    .bind(issuing.to_sqlx())
    .bind((desk.course == Course::ToAnOfficer).then(|| desk.now.to_sqlx()))
    .fetch_optional(&mut *desk.conn)
    .await?;
    Ok(row.map(|row| Received::read(&row)))
}

/// The live application for a registration; one was just found in the way.
async fn live(conn: &mut PgConnection, registration: &str) -> Result<Uuid, Fault> {
    let live: Option<Uuid> = sqlx::query_scalar(
        "select application_id
         from applications
         where registration_number = $1 and withdrawn_at is null and refused_at is null",
    )
    .bind(registration)
    .fetch_optional(conn)
    .await?;
    // It was withdrawn in this very moment: asking again will find the way free.
    live.ok_or(Fault::InProgress)
}

fn can_be_mailed(application: &Application) -> bool {
    match application.state() {
        ApplicationState::Received
        | ApplicationState::Validating
        | ApplicationState::Adjudication => true,
        ApplicationState::Issued
        | ApplicationState::Refused
        | ApplicationState::Withdrawn
        | ApplicationState::Unspecified => false,
    }
}

async fn readdress(
    desk: &mut Desk<'_>,
    request: &UpdateMailingAddressRequest,
) -> Result<(), Fault> {
    let address = request.mailing_address.as_ref().map(Message::encode_to_vec).unwrap_or_default();
    sqlx::query(
        "update applications
         set mailing_address = $2, address_generation = $3
         where key = $1 and address_generation < $3",
    )
    .bind(&request.application_key)
    .bind(address)
    .bind(desk.key.generation)
    .execute(&mut *desk.conn)
    .await?;
    Ok(())
}

async fn withdraw(desk: &mut Desk<'_>, key: &str) -> Result<(), Fault> {
    sqlx::query("update applications set withdrawn_at = $2 where key = $1")
        .bind(key)
        .bind(desk.now.to_sqlx())
        .execute(&mut *desk.conn)
        .await?;
    Ok(())
}

const fn answer(outcome: submit_sin_application_response::Outcome) -> SubmitSinApplicationResponse {
    SubmitSinApplicationResponse { outcome: Some(outcome) }
}
