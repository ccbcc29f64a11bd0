//! A tenant for load: many agents in one queue that never closes, many WhatsApp numbers, no bot.

use super::demo::{demo_secret, id};
use crate::{App, auth, authz::Subject};
use meridian_domain::{
    calendar::Shift,
    channel::ChannelKind,
    ids::{AgentId, BranchId, ChannelAccountId, QueueId, SiteId, TenantId},
    jobs::Job,
    people::Role,
    secret::{Secret, Versions},
};
use meridian_store::{
    StoreError,
    accounts::{self, Account},
    bulk::Place,
    setup,
};
use serde_json::json;

/// What was set up.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// The tenant.
    pub tenant: TenantId,
    /// Workspace.
    pub workspace: String,
    /// One password for all.
    pub password: &'static str,
    /// Addresses to sign in with.
    pub emails: Vec<String>,
    /// WhatsApp numbers: account, id of the number, app secret.
    pub accounts: Vec<(ChannelAccountId, String, String)>,
}

impl Crowd {
    /// Where a history of this tenant is loaded to: its only branch and queue, its first number.
    pub fn place(&self) -> Place {
        Place {
            tenant: self.tenant.0,
            branch: id::<BranchId>(&self.workspace, "branch").0,
            queue: id::<QueueId>(&self.workspace, "queue").0,
            account: self.accounts.first().map_or(self.tenant.0, |(account, ..)| account.0),
        }
    }
}

const PASSWORD: &str = "meridian-crowd-1";

/// Makes a tenant with so many agents and numbers; running it again changes nothing.
pub async fn seed_crowd(
    app: &App,
    workspace: &str,
    agents: usize,
    accounts: usize,
    provider: &str,
) -> Result<Crowd, StoreError> {
    let tenant: TenantId = id(workspace, "tenant");
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    setup::insert_tenant(&mut tx, workspace, "Crowd", "UTC").await?;
    let (branch, site, queue): (BranchId, SiteId, QueueId) =
        (id(workspace, "branch"), id(workspace, "site"), id(workspace, "queue"));
    setup::branch(&mut tx, branch, "Crowd").await?;
    let always: Vec<Shift> = (1..=7).map(|weekday| Shift { weekday, starts_minute: 0, ends_minute: 24 * 60 }).collect();
    setup::site(&mut tx, site, "Crowd", "UTC", 0, None, &always).await?;
    let row = setup::QueueRow {
        id: queue,
        branch,
        name: "Crowd".to_owned(),
        priority_minutes: 0,
        offer_seconds: 30,
        wrap_up_seconds: 0,
        sticky_seconds: 0,
        wrap_up_code_required: false,
        decline_code_required: false,
    };
    setup::queue(&mut tx, &row).await?;
    let hash = tokio::task::spawn_blocking(|| auth::hash_password(PASSWORD)).await.ok().and_then(Result::ok);
    let mut emails = Vec::with_capacity(agents);
    for n in 0..agents {
        let agent: AgentId = id(workspace, &format!("agent{n}"));
        let email = format!("agent{n}@{workspace}.example");
        let new = setup::NewAgent {
            id: agent,
            email: &email,
            name: &format!("Agent {n}"),
            role: Role::Agent,
            branch,
            site: Some(site),
            time_zone: "UTC",
            languages: &[],
            attributes: &std::collections::BTreeMap::new(),
            password_hash: hash.as_deref(),
        };
        setup::agent(&mut tx, &new, [1, 5, 5, 5]).await?;
        setup::join_queue(&mut tx, queue, agent).await?;
        emails.push(email);
    }
    let mut connected = Vec::with_capacity(accounts);
    for n in 0..accounts {
        let account: ChannelAccountId = id(workspace, &format!("number{n}"));
        let (number, secret) = (format!("9000{n:05}"), demo_secret(workspace, &format!("number{n}")));
        let names = ["app_secret", "verify_token", "access_token"];
        let sealed: Versions =
            names.iter().map(|name| ((*name).to_owned(), vec![Secret::new(secret.clone()).into()])).collect();
        let row = Account {
            id: account,
            kind: ChannelKind::WhatsApp,
            name: format!("Number {n}"),
            settings: json!({ "phone_number_id": number, "api_base": provider }),
            addresses: vec![number.clone()],
            branch,
            queue,
            bot: None,
            active: true,
            health: accounts::Health::default(),
        };
        accounts::insert(&mut tx, &row, &app.sealer.seal_map(tenant, account.0, &sealed)).await?;
        connected.push((account, number, secret));
    }
    tx.job(&Job::RouteReload, tenant.0);
    tx.commit().await?;
    Ok(Crowd { tenant, workspace: workspace.to_owned(), password: PASSWORD, emails, accounts: connected })
}
