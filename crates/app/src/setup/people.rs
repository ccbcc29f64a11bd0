//! Adding, changing, enabling and disabling people.

use super::{
    SetupRefused,
    queues::branch_of,
    refused::{self, name},
};
use crate::{
    App, auth,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, BranchId, SiteId, SkillId},
    jobs::Job,
    people::{Permission, Role},
    routing,
};
use meridian_store::{StoreError, WriteTx, agents, setup as store, sites};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units of work a new person can have: one call, three chats, five messaging threads, ten mails.
pub(super) const CAPS: [(ChannelClass, i16); 4] =
    [(ChannelClass::Voice, 1), (ChannelClass::Chat, 3), (ChannelClass::Messaging, 5), (ChannelClass::Mail, 10)];

/// Why a person was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such person.
    #[error("no such agent")]
    NotFound,
    /// One would lock oneself out.
    #[error("you cannot disable yourself")]
    Oneself,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enables or disables a person. Disabling ends every sign-in at once, open sockets included.
pub async fn set_agent_active(app: &App, subject: &Subject, id: AgentId, active: bool) -> Result<(), PeopleRefused> {
    subject.require(Permission::Administer)?;
    if !active && subject.agent_id() == Some(id) {
        return Err(PeopleRefused::Oneself);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    agents::find(&mut tx, id).await?.ok_or(PeopleRefused::NotFound)?;
    if agents::set_active(&mut tx, id, active).await? {
        if !active {
            auth::end_all(&mut tx, id).await?;
        }
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteAgent { agent: id }, tenant.0);
        let action = if active { "agent_enabled" } else { "agent_disabled" };
        tx.audit(action, "agent", Some(id.0), json!({}));
        tx.commit().await?;
    }
    Ok(())
}

/// What is said of a person; what is left out stays, or takes a sensible value for somebody new.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Sign-in address.
    pub email: Option<String>,
    /// Name shown to colleagues and customers.
    pub name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Branch they are counted in.
    pub branch: Option<BranchId>,
    /// Site they work at.
    pub site: Option<SiteId>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Languages spoken, BCP 47.
    pub languages: Option<Vec<String>>,
    /// A new password; ends every sign-in of theirs.
    pub password: Option<String>,
    /// Skills with levels 1 to 5; the whole list.
    pub skills: Option<Vec<(SkillId, i32)>>,
    /// What routing plans may ask for, key to value; the whole list.
    pub attributes: Option<Vec<(String, String)>>,
    /// Pieces of work at once, of the channel classes named.
    pub capacity: Vec<(ChannelClass, i32)>,
}

/// An address that can sign in, lower-cased.
pub(super) fn address(text: &str) -> Result<String, SetupRefused> {
    let text = text.trim().to_lowercase();
    let parts = text.split_once('@');
    let whole = parts.is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.contains('@'));
    if !whole || text.len() > 254 || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(SetupRefused::Wrong("email", "email is an address like ana@example.com".to_owned()));
    }
    Ok(text)
}

/// The hash of a password that is given; a weak one is refused.
pub(super) async fn hashed(password: Option<String>) -> Result<Option<String>, SetupRefused> {
    let Some(password) = password else { return Ok(None) };
    match tokio::task::spawn_blocking(move || auth::hash_password(&password)).await {
        Ok(Ok(hash)) => Ok(Some(hash)),
        Ok(Err(weak)) => Err(SetupRefused::Wrong("password", format!("password: {weak}"))),
        Err(_) => Err(SetupRefused::Invalid("the password could not be hashed: try again".to_owned())),
    }
}

async fn set_skills(tx: &mut WriteTx, agent: AgentId, skills: &[(SkillId, i32)]) -> Result<(), SetupRefused> {
    let known = store::skills(tx).await?;
    let keep: Vec<Uuid> = skills.iter().map(|(id, _)| id.0).collect();
    store::drop_skills(tx, agent, &keep).await?;
    for (skill, level) in skills {
        if !known.iter().any(|(id, _)| id == skill) {
            return Err(SetupRefused::NotFound("skill"));
        }
        let level = refused::within("level", *level, 1..=5)?;
        store::set_skill(tx, agent, *skill, i16::try_from(level).unwrap_or(1)).await?;
    }
    Ok(())
}

/// Attributes of one person.
const MOST_ATTRIBUTES: usize = 50;

/// Keys as routing plans ask for them, each once, with values that can be read on a card.
fn attributes(given: &[(String, String)]) -> Result<BTreeMap<String, String>, SetupRefused> {
    let wrong = |why: String| Err(SetupRefused::Wrong("attributes", why));
    let mut all = BTreeMap::new();
    if given.len() > MOST_ATTRIBUTES {
        return wrong(format!("a person has at most {MOST_ATTRIBUTES} attributes"));
    }
    for (key, value) in given {
        let (key, value) = (key.trim(), value.trim());
        if !routing::attribute_key(key) {
            return wrong(format!("`{key}`: a key has 1 to 40 lower-case letters, digits and underscores"));
        }
        if value.is_empty() || value.chars().count() > 100 || value.chars().any(char::is_control) {
            return wrong(format!("{key}: a value has 1 to 100 characters"));
        }
        if all.insert(key.to_owned(), value.to_owned()).is_some() {
            return wrong(format!("{key} is there twice"));
        }
    }
    Ok(all)
}

/// Checks a person's parts against the tenant and fills in what was left out.
async fn write(
    tx: &mut WriteTx,
    id: AgentId,
    known: Option<&agents::Agent>,
    person: &Person,
    password_hash: Option<&str>,
) -> Result<(), SetupRefused> {
    let email = match (&person.email, known) {
        (Some(text), _) => address(text)?,
        (None, Some(known)) => known.email.clone(),
        (None, None) => return Err(SetupRefused::Wrong("email", "email is needed".to_owned())),
    };
    let label = person.name.as_deref().or(known.map(|k| k.name.as_str())).unwrap_or_default();
    let time_zone = person.time_zone.as_deref().or(known.map(|k| k.time_zone.as_str())).unwrap_or("UTC");
    refused::zone(time_zone)?;
    let site = person.site.or(known.and_then(|k| k.site));
    if let Some(site) = person.site
        && !sites::exists(tx, site).await?
    {
        return Err(SetupRefused::NotFound("site"));
    }
    let spoken = match (&person.languages, known) {
        (Some(given), _) => given.clone(),
        (None, Some(known)) => {
            agents::languages(tx, &[known.id.0]).await?.pop().map(|(_, spoken)| spoken).unwrap_or_default()
        }
        (None, None) => Vec::new(),
    };
    if spoken.len() > 30 || spoken.iter().any(|tag| tag.len() > 35 || tag.is_empty()) {
        return Err(SetupRefused::Wrong("languages", "languages are up to 30 tags like en or zh-Hant".to_owned()));
    }
    let attributes = match (&person.attributes, known) {
        (Some(given), _) => attributes(given)?,
        (None, Some(known)) => known.attributes.clone(),
        (None, None) => BTreeMap::new(),
    };
    let new = store::NewAgent {
        id,
        email: &email,
        name: name(label)?,
        role: person.role.or(known.map(|k| k.role)).unwrap_or(Role::Agent),
        branch: branch_of(tx, person.branch.or(known.map(|k| k.branch))).await?,
        site,
        time_zone,
        languages: &spoken,
        attributes: &attributes,
        password_hash,
    };
    let loads = agents::loads(tx, &[id.0]).await?;
    let mut caps = CAPS.map(|(class, cap)| loads.iter().find(|l| l.class == class).map_or(cap, |l| l.cap));
    for (class, cap) in &person.capacity {
        caps[class.index()] = i16::try_from(refused::within("capacity", *cap, 0..=100)?).unwrap_or(0);
    }
    store::agent(tx, &new, caps).await?;
    if let Some(skills) = &person.skills {
        set_skills(tx, id, skills).await?;
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    Ok(())
}

/// Adds a person who can sign in with the password given.
pub async fn create_agent(app: &App, subject: &Subject, mut person: Person) -> Result<AgentId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let hash = hashed(person.password.take()).await?;
    if hash.is_none() {
        return Err(SetupRefused::Wrong("password", "password is needed".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let id: AgentId = tx.id();
    write(&mut tx, id, None, &person, hash.as_deref()).await?;
    tx.audit("agent_created", "agent", Some(id.0), json!({ "role": person.role.unwrap_or(Role::Agent).code() }));
    tx.commit().await?;
    Ok(id)
}

/// Changes a person. A new role or password ends their sign-ins at once: tokens carry the role.
pub async fn update_agent(
    app: &App,
    subject: &Subject,
    id: AgentId,
    mut person: Person,
) -> Result<AgentId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let hash = hashed(person.password.take()).await?;
    let mut tx = app.db.write(subject.scope()).await?;
    let known = agents::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("agent"))?;
    let other_role = person.role.is_some_and(|role| role != known.role);
    if other_role && subject.agent_id() == Some(id) {
        return Err(SetupRefused::Wrong("role", "you cannot change your own role".to_owned()));
    }
    write(&mut tx, id, Some(&known), &person, hash.as_deref()).await?;
    if other_role || hash.is_some() {
        auth::end_all(&mut tx, id).await?;
    }
    tx.audit("agent_changed", "agent", Some(id.0), json!({ "role": other_role, "password": hash.is_some() }));
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_cased_and_checked() {
        assert_eq!(address(" Ana@Example.COM ").unwrap(), "ana@example.com");
        for bad in ["ana", "@example.com", "ana@", "ana@host", "a b@example.com", "a@b@example.com"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn attributes_are_named_once_and_readably() {
        let one = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(attributes(&[one(" region ", " north ")]).unwrap()["region"], "north");
        for bad in [vec![one("Region", "n")], vec![one("region", "")], vec![one("a", "1"), one("a", "2")]] {
            assert!(attributes(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn caps_stand_in_the_order_of_the_classes() {
        assert!(CAPS.iter().enumerate().all(|(at, (class, _))| class.index() == at));
    }
}
