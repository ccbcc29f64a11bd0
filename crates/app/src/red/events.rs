//! What other systems say about customers.

use super::judge;
use crate::{
    App,
    authz::{Forbidden, Subject},
    inbound::{Comer, resolve},
};
use meridian_domain::{
    event::{Identifier, Sender, Verification},
    identity,
    ids::{ChannelAccountId, CustomerEventId, CustomerId, PartyId, TenantId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    red::{Facts, Happened, Rule, verdict},
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    customers, identity as identities,
    red::{self as store, NewEvent},
    routing,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EventRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such customer.
    #[error("no such customer")]
    NotFound,
    /// A value breaks a rule, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An outside event about a customer, without whom it is about.
#[derive(Debug, Clone, Deserialize)]
pub struct NewCustomerEvent {
    /// Kind as the sender names it: lower case, digits, dots, hyphens and underscores.
    pub kind: String,
    /// 1 to 5.
    #[serde(default = "medium")]
    pub severity: i16,
    /// For people, at most 1,000 characters.
    #[serde(default)]
    pub text: String,
    /// For programs: an object of at most 4 KiB.
    #[serde(default = "nothing")]
    pub data: Value,
    /// When it happened; now when left out.
    #[serde(default)]
    pub occurred_at: Option<Instant>,
}

fn medium() -> i16 {
    3
}

fn nothing() -> Value {
    json!({})
}

/// Whom an outside event is about, and what it says: the body of `POST /events/{account}`.
#[derive(Debug, Clone, Deserialize)]
pub struct OutsideEvent {
    /// An identifier of the customer.
    pub customer: Address,
    /// What it says.
    #[serde(flatten)]
    pub event: NewCustomerEvent,
}

/// An identifier of a customer.
#[derive(Debug, Clone, Deserialize)]
pub struct Address {
    /// phone_e164, email, crm_id and so on.
    pub scheme: String,
    /// Its value.
    pub value: String,
}

/// Longest text of an event, characters.
const LONGEST_TEXT: usize = 1000;
/// Largest data of an event, bytes of JSON.
const LARGEST_DATA: usize = 4096;

impl NewCustomerEvent {
    fn check(&self) -> Result<(), EventRefused> {
        let fail = |problem: &str| Err(EventRefused::Invalid(problem.to_owned()));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if self.kind.is_empty() || self.kind.len() > 64 || !self.kind.bytes().all(plain) {
            return fail("kind: 1 to 64 lower-case letters, digits, dots, hyphens and underscores");
        }
        if !(1..=5).contains(&self.severity) {
            return fail("severity: goes from 1 to 5");
        }
        if self.text.chars().count() > LONGEST_TEXT {
            return fail("text: has at most 1,000 characters");
        }
        if !self.data.is_object() || self.data.to_string().len() > LARGEST_DATA {
            return fail("data: is an object of at most 4 KiB");
        }
        Ok(())
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Its id; `None` when it was told before.
    pub id: Option<CustomerEventId>,
    /// Whose it is.
    pub customer: CustomerId,
}

/// Takes an event over a signed webhook. A customer who is not known yet is made, as by a message; the same `external_id`
/// again changes nothing.
pub async fn take_event(
    app: &App,
    tenant: TenantId,
    account: ChannelAccountId,
    external_id: &str,
    told: &OutsideEvent,
) -> Result<Told, EventRefused> {
    told.event.check()?;
    let scheme = told.customer.scheme.as_str();
    let value = identity::normalise(scheme, &told.customer.value)
        .map_err(|wrong| EventRefused::Invalid(format!("customer: {wrong}")))?;
    // Signed by the tenant's own system: it vouches for whom it means.
    let key = Identifier {
        scheme: scheme.to_owned(),
        scope: String::new(),
        value,
        verified: Verification::Channel,
        derived: false,
    };
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let ids = [key.clone()];
    let comer = Comer { sender: &Sender::default(), key: &key, ids: &ids, source: "event", seen: false };
    let party = resolve(&mut tx, &comer).await?.view;
    take(tx, party.party, party.customer, Some((account, external_id)), &told.event).await
}

/// Takes an event that a person or an integration tells about a customer. Needs `work:handle`.
pub async fn record_event(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    event: &NewCustomerEvent,
) -> Result<Told, EventRefused> {
    subject.require(Permission::HandleWork)?;
    event.check()?;
    let mut tx = app.db.write(subject.scope()).await?;
    customers::find(&mut tx, customer).await?.ok_or(EventRefused::NotFound)?;
    let party = identities::parties(&mut tx, customer).await?.into_iter().next().ok_or(EventRefused::NotFound)?;
    take(tx, PartyId(party), customer, None, event).await
}

/// Stores an event and does what the rules say, in one transaction.
async fn take(
    mut tx: WriteTx,
    party: PartyId,
    customer: CustomerId,
    from: Option<(ChannelAccountId, &str)>,
    event: &NewCustomerEvent,
) -> Result<Told, EventRefused> {
    let new = NewEvent {
        party,
        account: from.map(|(account, _)| account),
        external_id: from.map(|(_, id)| id),
        kind: &event.kind,
        severity: event.severity,
        text: event.text.trim(),
        data: &event.data,
        occurred_at: event.occurred_at,
    };
    let Some(id) = store::insert_event(&mut tx, &new).await? else {
        return Ok(Told { id: None, customer });
    };
    let rules = store::rules(&mut tx).await?.rules;
    let now = routing::now(&mut tx).await?;
    let works = store::open_work(&mut tx, customer).await?;
    let judged = judge(&mut tx, &rules, &works, now, true).await?;
    let tenant = tx.scope().tenant();
    for work in &judged {
        tx.job(&Job::RouteWork { work: *work }, tenant.0);
    }
    if works.is_empty() {
        idle_alarm(&mut tx, customer, event, &rules, now).await?;
    }
    tx.live(&[Topic::Floor], Change::Customer { customer });
    tx.audit("customer_event_told", "customer", Some(customer.0), json!({ "kind": event.kind }));
    tx.commit().await?;
    Ok(Told { id: Some(id), customer })
}

/// A customer whom nobody serves at the moment: the floor and the manager of the rule hear of it.
async fn idle_alarm(
    tx: &mut WriteTx,
    customer: CustomerId,
    event: &NewCustomerEvent,
    rules: &[Rule],
    now: Instant,
) -> Result<(), StoreError> {
    let Some(known) = customers::find(tx, customer).await? else { return Ok(()) };
    let severity = u8::try_from(event.severity).unwrap_or(1);
    let happened = Happened { kind: event.kind.clone(), severity, at: event.occurred_at.unwrap_or(now) };
    let facts = Facts { tags: known.tags, tier: known.tier, events: vec![happened], ..Facts::default() };
    let Some(rule) = verdict(rules, &facts, now).filter(|rule| rule.then.alert) else { return Ok(()) };
    let new = NewAlert {
        kind: "red_channel",
        severity: event.severity,
        customer: Some(customer),
        agent: rule.then.manager,
        text: &rule.name,
        ..NewAlert::default()
    };
    alerts::raise(tx, &new).await?;
    Ok(())
}

/// What other systems said about a customer, newest first.
pub async fn events_of(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    most: i64,
) -> Result<Vec<store::CustomerEvent>, EventRefused> {
    subject.require(Permission::ReadConversations)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(store::events(&mut tx, customer, most).await?)
}
