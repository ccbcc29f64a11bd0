//! A demo tenant: two sites in different zones, two queues, skills, people, a bot and one account a channel.
//! Running it again changes nothing: its ids follow from the workspace name.

use crate::{App, auth, authz::Subject};
use meridian_domain::{
    calendar::Shift,
    channel::ChannelKind,
    ids::{AgentId, BotId, BranchId, ChannelAccountId, QueueId, SiteId, SkillId, TenantId},
    jobs::{Job, stable_hash},
    people::Role,
    platform::BotPlatform,
    secret::{Secret, Versions},
};
use meridian_store::{
    StoreError, WriteTx,
    accounts::{self, Account},
    bots::{self, Bot},
    setup,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A login of the demo tenant.
#[derive(Debug, Clone)]
pub struct DemoLogin {
    /// Role.
    pub role: Role,
    /// Address.
    pub email: String,
    /// The person.
    pub agent: AgentId,
}

/// What was set up.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The tenant.
    pub tenant: TenantId,
    /// Its workspace.
    pub workspace: String,
    /// One password for all logins.
    pub password: String,
    /// Who can sign in.
    pub logins: Vec<DemoLogin>,
    /// Connected accounts.
    pub accounts: Vec<(ChannelKind, ChannelAccountId)>,
    /// The bot.
    pub bot: BotId,
}

/// Where the demo's providers and bot are reached.
pub struct DemoWorld<'a> {
    /// Base URL that stands for all providers.
    pub provider_url: &'a str,
    /// Where the bot listens.
    pub bot_url: &'a str,
}

/// A secret of the demo that the outside world of the demo can compute too.
pub fn demo_secret(workspace: &str, name: &str) -> String {
    hex::encode(Sha256::digest(format!("meridian demo {workspace} {name}").as_bytes()))
}

/// Standard Webhooks secrets carry base64 behind a prefix.
pub fn demo_webhook_secret(workspace: &str, name: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("whsec_{}", STANDARD.encode(Sha256::digest(format!("meridian demo {workspace} {name}").as_bytes())))
}

pub(super) fn id<T: From<Uuid>>(workspace: &str, name: &str) -> T {
    let high = u128::from(stable_hash(format!("{workspace}/{name}").as_bytes()));
    let low = u128::from(stable_hash(format!("{name}/{workspace}").as_bytes()));
    T::from(uuid::Builder::from_u128(high << 64 | low).with_version(uuid::Version::Custom).into_uuid())
}

/// What follows from the workspace's name alone: for those who play the demo's outside world.
pub struct DemoIds {
    workspace: String,
    /// The bot.
    pub bot: BotId,
    /// One password for all logins.
    pub password: &'static str,
}

impl DemoIds {
    /// The account of a channel.
    pub fn account(&self, kind: ChannelKind) -> ChannelAccountId {
        id(&self.workspace, kind.code())
    }
}

/// The demo's ids of a workspace.
pub fn demo_ids(workspace: &str) -> DemoIds {
    DemoIds { workspace: workspace.to_owned(), bot: id(workspace, "bot"), password: PASSWORD }
}

const PASSWORD: &str = "meridian-demo-1";

/// Makes or refreshes the demo tenant of a workspace.
pub async fn seed_demo(app: &App, workspace: &str, world: &DemoWorld<'_>) -> Result<Demo, StoreError> {
    let tenant: TenantId = id(workspace, "tenant");
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    setup::insert_tenant(&mut tx, workspace, "Harbour Goods (demo)", "Europe/London").await?;
    let branch: BranchId = id(workspace, "branch");
    setup::branch(&mut tx, branch, "Head office").await?;
    let sites = seed_sites(&mut tx, workspace).await?;
    let queues = seed_queues(&mut tx, workspace, branch).await?;
    let logins = seed_people(&mut tx, workspace, branch, sites, queues).await?;
    let bot: BotId = id(workspace, "bot");
    let row = Bot {
        id: bot,
        name: "Dory".to_owned(),
        platform: BotPlatform::Native,
        handoff_names: Vec::new(),
        url: world.bot_url.to_owned(),
        fallback_queue: queues[0],
        silence_seconds: 8,
        status: "active".to_owned(),
        model: String::new(),
        instructions: String::new(),
    };
    let sealed = app.sealer.seal(tenant, bot.0, &demo_webhook_secret(workspace, "bot"));
    bots::insert(&mut tx, &row, &sealed).await?;
    let mut connected = Vec::new();
    for kind in ChannelKind::ALL {
        let account = seed_account(app, &mut tx, workspace, *kind, world, (branch, queues[0], bot)).await?;
        connected.push((*kind, account));
    }
    tx.job(&Job::RouteReload, tenant.0);
    tx.commit().await?;
    Ok(Demo {
        tenant,
        workspace: workspace.to_owned(),
        password: PASSWORD.to_owned(),
        logins,
        accounts: connected,
        bot,
    })
}

/// London by day, Singapore from the small hours on: somebody is awake at any time, in summer and in winter, and both are
/// for an hour or two.
async fn seed_sites(tx: &mut WriteTx, workspace: &str) -> Result<[SiteId; 2], StoreError> {
    let sites = [id(workspace, "london"), id(workspace, "singapore")];
    let all_week = |starts_minute, ends_minute| -> Vec<Shift> {
        (1..=7).map(|weekday| Shift { weekday, starts_minute, ends_minute }).collect()
    };
    setup::site(tx, sites[0], "London", "Europe/London", 0, None, &all_week(8 * 60, 21 * 60)).await?;
    setup::site(tx, sites[1], "Singapore", "Asia/Singapore", 1, None, &all_week(3 * 60, 17 * 60)).await?;
    Ok(sites)
}

async fn seed_queues(tx: &mut WriteTx, workspace: &str, branch: BranchId) -> Result<[QueueId; 2], StoreError> {
    let queues = [id(workspace, "support"), id(workspace, "billing")];
    for (id, name) in queues.into_iter().zip(["Support", "Billing"]) {
        let row = setup::QueueRow {
            id,
            branch,
            name: name.to_owned(),
            priority_minutes: 0,
            offer_seconds: 20,
            wrap_up_seconds: 0,
            sticky_seconds: 30,
            wrap_up_code_required: false,
            decline_code_required: false,
        };
        setup::queue(tx, &row).await?;
    }
    Ok(queues)
}

async fn seed_people(
    tx: &mut WriteTx,
    workspace: &str,
    branch: BranchId,
    sites: [SiteId; 2],
    queues: [QueueId; 2],
) -> Result<Vec<DemoLogin>, StoreError> {
    let skills: [SkillId; 2] = [id(workspace, "orders"), id(workspace, "german")];
    for (skill, name) in skills.into_iter().zip(["orders", "german"]) {
        setup::skill(tx, skill, name).await?;
    }
    let people = [
        ("ana", "Ana Duarte", Role::Agent, 0, &["en", "pt"][..]),
        ("ben", "Ben Okafor", Role::Agent, 0, &["en"]),
        ("clara", "Clara Vogel", Role::Agent, 0, &["en", "de"]),
        ("mei", "Mei Lin", Role::Agent, 1, &["en", "zh"]),
        ("ravi", "Ravi Menon", Role::Agent, 1, &["en"]),
        ("sam", "Sam Reyes", Role::Supervisor, 0, &["en"]),
        ("ada", "Ada Novak", Role::Admin, 0, &["en"]),
    ];
    // Hashing takes a moment by design; everybody shares the demo password, so it is done once.
    let hash = tokio::task::spawn_blocking(|| auth::hash_password(PASSWORD)).await.ok().and_then(Result::ok);
    let mut logins = Vec::new();
    for (short, name, role, site, languages) in people {
        let agent: AgentId = id(workspace, short);
        let email = format!("{short}@{workspace}.example");
        let languages: Vec<String> = languages.iter().map(|l| (*l).to_owned()).collect();
        let new = setup::NewAgent {
            id: agent,
            email: &email,
            name,
            role,
            branch,
            site: Some(sites[site]),
            time_zone: ["Europe/London", "Asia/Singapore"][site],
            languages: &languages,
            attributes: &std::collections::BTreeMap::new(),
            password_hash: hash.as_deref(),
        };
        setup::agent(tx, &new, [1, 3, 5, 5]).await?;
        if role == Role::Agent {
            for queue in queues {
                setup::join_queue(tx, queue, agent).await?;
            }
            setup::set_skill(tx, agent, skills[0], 3).await?;
            if languages.iter().any(|l| l == "de") {
                setup::set_skill(tx, agent, skills[1], 5).await?;
            }
        }
        logins.push(DemoLogin { role, email, agent });
    }
    Ok(logins)
}

async fn seed_account(
    app: &App,
    tx: &mut WriteTx,
    workspace: &str,
    kind: ChannelKind,
    world: &DemoWorld<'_>,
    (branch, queue, bot): (BranchId, QueueId, BotId),
) -> Result<ChannelAccountId, StoreError> {
    let account: ChannelAccountId = id(workspace, kind.code());
    let base = world.provider_url;
    let (settings, secrets): (Value, &[&str]) = match kind {
        ChannelKind::WhatsApp => (
            json!({ "phone_number_id": "100200300", "api_base": base }),
            &["app_secret", "verify_token", "access_token"],
        ),
        ChannelKind::Messenger | ChannelKind::Instagram => {
            (json!({ "page_id": "500600700", "api_base": base }), &["app_secret", "verify_token", "access_token"])
        }
        ChannelKind::Telegram => (json!({ "api_base": base }), &["secret_token", "bot_token"]),
        ChannelKind::Line => (json!({ "api_base": base }), &["channel_secret", "access_token"]),
        ChannelKind::WeChat => (json!({ "app_id": "wxdemo", "api_base": base }), &["token", "app_secret"]),
        ChannelKind::WeCom => {
            (json!({ "corp_id": "wwdemo", "open_kfid": "wkdemo", "api_base": base }), &["token", "corp_secret"])
        }
        ChannelKind::Slack => (json!({ "api_base": base }), &["signing_secret", "bot_token"]),
        ChannelKind::Sms => {
            (json!({ "account_sid": "ACdemo", "from": "+442079460100", "api_base": base }), &["auth_token"])
        }
        ChannelKind::Email => (
            json!({ "from": format!("help@{workspace}.example"), "smtp_host": "127.0.0.1", "smtp_port": 2525,
                    "smtp_tls": "none", "domain": format!("{workspace}.example"), "authserv_id": "mx.example" }),
            &["inbound_token", "reply_mac"],
        ),
        ChannelKind::WebChat => (json!({ "origins": ["*"] }), &["identity_secret"]),
        ChannelKind::Generic => (json!({ "url": format!("{base}/generic"), "trusted_identities": true }), &[]),
    };
    let mut sealed: Versions = secrets
        .iter()
        .map(|name| ((*name).to_owned(), vec![Secret::new(demo_secret(workspace, &format!("{kind} {name}"))).into()]))
        .collect();
    if kind == ChannelKind::WeCom {
        // Keys that seal callbacks have 43 characters of base64.
        let key: String = demo_secret(workspace, "wecom encoding_aes_key").chars().take(43).collect();
        sealed.insert("encoding_aes_key".to_owned(), vec![Secret::new(key).into()]);
    }
    if kind == ChannelKind::Generic {
        let secret = demo_webhook_secret(workspace, "generic signing_secret");
        sealed.insert("signing_secret".to_owned(), vec![Secret::new(secret).into()]);
    }
    let row = Account {
        id: account,
        kind,
        name: format!("Demo {kind}"),
        settings,
        addresses: if kind == ChannelKind::WhatsApp { vec!["100200300".to_owned()] } else { Vec::new() },
        branch,
        queue,
        bot: (kind == ChannelKind::WhatsApp).then_some(bot),
        active: true,
        health: accounts::Health::default(),
    };
    let tenant = tx.scope().tenant();
    accounts::insert(tx, &row, &app.sealer.seal_map(tenant, account.0, &sealed)).await?;
    Ok(account)
}
