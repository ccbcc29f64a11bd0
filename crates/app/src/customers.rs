//! What people write about customers, and how they find them.

use crate::{
    App,
    authz::{Forbidden, Subject},
    identity::look_at,
};
use meridian_domain::{
    event::{Identifier, Verification},
    identity,
    ids::CustomerId,
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
};
use meridian_store::{
    StoreError, WriteTx,
    conversations::{self, View},
    customers::{self as store, Customer},
    identity as identities, red,
};
use serde_json::json;

/// Values a customer; the red channel goes straight to a named manager.
pub const TIERS: [&str; 4] = ["standard", "valued", "vip", "red_channel"];

/// Most tags of a customer.
pub const MOST_TAGS: usize = 30;

/// Why a customer was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CustomerRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such customer.
    #[error("no such customer")]
    NotFound,
    /// It changed since it was read.
    #[error("the customer changed meanwhile: look again")]
    Stale,
    /// A value breaks a rule, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What changes; what is left out stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changes<'a> {
    /// Name.
    pub name: Option<&'a str>,
    /// One of [`TIERS`].
    pub tier: Option<&'a str>,
    /// All tags.
    pub tags: Option<&'a [String]>,
}

/// Changes what people write about a customer.
pub async fn update(
    app: &App,
    subject: &Subject,
    id: CustomerId,
    changes: Changes<'_>,
    expected_version: Option<i32>,
) -> Result<(), CustomerRefused> {
    subject.require(Permission::HandleWork)?;
    let name = changes.name.map(str::trim);
    if name.is_some_and(|name| name.chars().count() > 200 || name.chars().any(char::is_control)) {
        return Err(CustomerRefused::Invalid("a name has at most 200 characters".to_owned()));
    }
    if changes.tier.is_some_and(|tier| !TIERS.contains(&tier)) {
        return Err(CustomerRefused::Invalid(format!("tier is one of {}", TIERS.join(", "))));
    }
    let tags = changes.tags.map(tidy).transpose()?;
    let mut tx = app.db.write(subject.scope()).await?;
    store::lock(&mut tx, &[id.0]).await?;
    let known = store::find(&mut tx, id).await?.ok_or(CustomerRefused::NotFound)?;
    if expected_version.is_some_and(|version| version != known.version) {
        return Err(CustomerRefused::Stale);
    }
    store::update(&mut tx, id, name, changes.tier, tags.as_deref()).await?;
    let mut concerned = vec![Topic::Floor];
    let theirs = conversations::page(&mut tx, View::Customer(id), None, 20).await?;
    concerned.extend(theirs.into_iter().map(|conversation| Topic::Conversation(conversation.id)));
    tx.live(&concerned, Change::Customer { customer: id });
    if name.is_some() {
        look_at(&mut tx, [id]);
    }
    if changes.tier.is_some() || changes.tags.is_some() {
        judge_again(&mut tx, id).await?;
    }
    let what = json!({ "name": name.is_some(), "tier": changes.tier, "tags": tags.as_ref().map(Vec::len) });
    tx.audit("customer_updated", "customer", Some(id.0), what);
    Ok(tx.commit().await?)
}

/// Has routing judge the open work of a customer again whose tier or tags changed.
pub(crate) async fn judge_again(tx: &mut WriteTx, id: CustomerId) -> Result<(), StoreError> {
    let tenant = tx.scope().tenant();
    for work in red::open_work(tx, id).await? {
        tx.job(&Job::RouteWork { work }, tenant.0);
    }
    Ok(())
}

fn tidy(tags: &[String]) -> Result<Vec<String>, CustomerRefused> {
    let mut tidied: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > 50 || tag.chars().any(char::is_control) {
            return Err(CustomerRefused::Invalid("a tag has 1 to 50 characters".to_owned()));
        }
        if !tidied.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            tidied.push(tag.to_owned());
        }
    }
    if tidied.len() > MOST_TAGS {
        return Err(CustomerRefused::Invalid(format!("a customer has at most {MOST_TAGS} tags")));
    }
    Ok(tidied)
}

/// Customers by phone number, address, account number or part of their name, at most `most`: exact identifiers first.
pub async fn search(app: &App, subject: &Subject, words: &str, most: i64) -> Result<Vec<Customer>, CustomerRefused> {
    subject.require(Permission::ReadConversations)?;
    let words = words.trim();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    if words.chars().count() > 200 {
        return Err(CustomerRefused::Invalid("search for at most 200 characters".to_owned()));
    }
    let mut tx = app.db.read(subject.scope()).await?;
    let mut ids: Vec<CustomerId> = Vec::new();
    let holders = identities::holders(&mut tx, &readings(words)).await?;
    for id in holders.into_iter().map(|holder| holder.customer).chain(store::named(&mut tx, words, most).await?) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.truncate(usize::try_from(most).unwrap_or(0));
    let raw: Vec<_> = ids.iter().map(|id| id.0).collect();
    let mut found = store::many(&mut tx, &raw).await?;
    found.sort_by_key(|customer| ids.iter().position(|id| *id == customer.id));
    Ok(found)
}

/// The identifiers that a text may be.
fn readings(words: &str) -> Vec<Identifier> {
    ["phone_e164", "wa_id", "email", "crm_id"]
        .into_iter()
        .filter_map(|scheme| {
            let value = identity::normalise(scheme, words).ok()?;
            let (scheme, scope) = (scheme.to_owned(), String::new());
            Some(Identifier { scheme, scope, value, verified: Verification::Anonymous, derived: false })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_every_identifier_it_may_be() {
        let schemes = |words| readings(words).into_iter().map(|id| (id.scheme, id.value)).collect::<Vec<_>>();
        let phone = schemes("+44 7700 900901");
        assert!(phone.contains(&("phone_e164".to_owned(), "+447700900901".to_owned())), "{phone:?}");
        let mail = schemes("Ana@Example.org");
        assert!(mail.iter().any(|(scheme, value)| scheme == "email" && value == "ana@example.org"), "{mail:?}");
    }

    #[test]
    fn tags_are_trimmed_told_once_and_bounded() {
        let tags = |list: &[&str]| tidy(&list.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>());
        assert_eq!(tags(&[" vip ", "VIP", "", "late"]).unwrap(), ["vip", "late"]);
        assert!(tags(&[&"x".repeat(51)]).is_err());
        assert!(tidy(&(0..31).map(|n| n.to_string()).collect::<Vec<_>>()).is_err());
    }
}
