//! Two hundred agents race for a thousand pieces of work while capacity changes under them: never two owners, never over
//! capacity, nobody starves.

use anyhow::{Result, ensure};
use meridian_app::{
    App,
    authz::Subject,
    conversations::{self, Closing, ResolveRefused},
    routing::{self, OfferRefused},
    setup::{NewQueue, save_queue, seed_crowd},
};
use meridian_domain::{
    ids::{AgentId, OfferId, QueueId, SignInId, TenantId},
    people::Role,
};
use meridian_testkit::Stack;
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::{
    collections::BTreeSet,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;

const AGENTS: usize = 200;
const ITEMS: i64 = 1000;

/// The work, straight into the tables: what is tested begins when it waits.
const WORK: &str = "do $$ declare t uuid; q uuid; b uuid; a uuid; begin
    set local session_replication_role = replica;
    select tenant_id into t from tenant where slug = 'race';
    select id, branch_id into q, b from queue where tenant_id = t;
    select id into a from channel_account where tenant_id = t limit 1;
    insert into customer (tenant_id, id) select t, md5('u' || n)::uuid from generate_series(1, 1000) n;
    insert into party (tenant_id, id, scheme, scope, value)
      select t, md5('p' || n)::uuid, 'app_user', '', n::text from generate_series(1, 1000) n;
    insert into party_customer (tenant_id, party_id, customer_id)
      select t, md5('p' || n)::uuid, md5('u' || n)::uuid from generate_series(1, 1000) n;
    insert into conversation (tenant_id, id, number, branch_id, customer_id, owner, queue_id)
      select t, md5('c' || n)::uuid, n, b, md5('u' || n)::uuid, 'queue', q from generate_series(1, 1000) n;
    insert into session (tenant_id, id, conversation_id, party_id, account_id, kind)
      select t, md5('s' || n)::uuid, md5('c' || n)::uuid, md5('p' || n)::uuid, a, 'whatsapp' from generate_series(1, 1000) n;
    insert into work_item (tenant_id, id, conversation_id, session_id, queue_id, branch_id, class)
      select t, md5('w' || n)::uuid, md5('c' || n)::uuid, md5('s' || n)::uuid, q, b, 'messaging' from generate_series(1, 1000) n;
    update agent_load set cap = 2 where tenant_id = t and class = 'messaging';
    insert into agent_state (tenant_id, agent_id, chosen, live_until, live)
      select t, id, 'available', clock_timestamp() + interval '1 hour', true from agent where tenant_id = t;
  end $$";

/// Capacity changes for some, never below what is in hand; who is being given work just now is left for the next time.
const CHANGE: &str = "with few as (
      select tenant_id, agent_id, class from agent_load
      where class = 'messaging' and random() < 0.1 for update skip locked
    )
    update agent_load l set cap = greatest(l.used, 1 + floor(random() * 5)::int) from few s
    where l.tenant_id = s.tenant_id and l.agent_id = s.agent_id and l.class = s.class";

/// Agents whose count is not what they hold, or who hold more than they may.
const WRONG: &str =
    "select count(*) from agent_load l where l.used > l.cap or l.used <> (select count(*) from work_item w
    where w.tenant_id = l.tenant_id and w.agent_id = l.agent_id and w.class = l.class
      and w.state in ('offered', 'active', 'wrapping'))";

/// How many hands were played.
#[derive(Default)]
struct Played {
    accepted: AtomicU32,
    declined: AtomicU32,
}

/// Plays one hand. A database that is busy is no answer: the offer stands and is looked at again.
async fn play(app: &App, tenant: TenantId, agent: AgentId, offer: OfferId, played: &Played) -> Result<()> {
    let me = |agent| Subject::agent(tenant, agent, Role::Agent, SignInId(Uuid::nil()));
    let busy = |error: &OfferRefused| matches!(error, OfferRefused::Store(error) if error.transient());
    let subject = me(agent);
    if offer.0.as_u128().is_multiple_of(10) {
        match routing::decline(app, &subject, offer, "busy", None).await {
            Ok(()) => _ = played.declined.fetch_add(1, Ordering::Relaxed),
            Err(OfferRefused::Gone) => {}
            Err(error) if busy(&error) => {}
            Err(error) => return Err(error.into()),
        }
        return Ok(());
    }
    // The same hand twice at once, and somebody else's: one wins.
    let thief = me(AgentId(Uuid::from_u128(agent.0.as_u128() ^ 1)));
    let (first, second, stolen) = tokio::join!(
        routing::accept(app, &subject, offer),
        routing::accept(app, &subject, offer),
        routing::accept(app, &thief, offer)
    );
    ensure!(stolen.is_err(), "somebody else's offer was taken");
    ensure!(!(first.is_ok() && second.is_ok()), "one offer was taken twice");
    if let Ok(conversation) = first.or(second) {
        played.accepted.fetch_add(1, Ordering::Relaxed);
        while let Err(error) =
            conversations::resolve(app, &subject, conversation, None, Closing::said("answered")).await
        {
            ensure!(matches!(&error, ResolveRefused::Store(error) if error.transient()), "not resolved: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_agents_race_for_a_thousand_pieces_of_work() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let crowd = seed_crowd(&stack.app, "race", AGENTS, 1, &stack.provider.url).await?;
    stack.sql(WORK).await?;
    // Saved, so that routing reads its tenant anew; offers outlast a slow machine.
    let queue = NewQueue {
        id: Some(QueueId(crowd.place().queue)),
        branch: None,
        name: "Crowd",
        priority_minutes: 0,
        offer_seconds: 600,
        wrap_up_seconds: 0,
        sticky_seconds: 0,
        wrap_up_code_required: None,
        decline_code_required: None,
        members: None,
    };
    save_queue(&stack.app, &Subject::system(crowd.tenant), queue).await?;
    let mut look: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let (hands, played) = (Arc::new(Semaphore::new(3)), Arc::new(Played::default()));
    let (mut in_hand, mut running) = (BTreeSet::new(), JoinSet::new());
    let until = Instant::now() + Duration::from_mins(5);
    loop {
        let pending: Vec<(Uuid, Uuid)> =
            sqlx::query_as("select agent_id, id from offer where state = 'pending' limit 200")
                .fetch_all(&mut look)
                .await?;
        for (agent, offer) in pending.into_iter().filter(|(_, offer)| in_hand.insert(*offer)).collect::<Vec<_>>() {
            let (app, tenant, played) = (stack.app.clone(), crowd.tenant, Arc::clone(&played));
            let hand = Arc::clone(&hands).acquire_owned().await?;
            running.spawn(async move {
                let done = play(&app, tenant, AgentId(agent), OfferId(offer), &played).await;
                drop(hand);
                done.map(|()| offer)
            });
        }
        while let Some(done) = running.try_join_next() {
            in_hand.remove(&done??);
        }
        stack.sql(CHANGE).await?;
        assert_eq!(stack.count(WRONG).await?, 0, "capacity is what is held, and no more than there is");
        let open = "select count(*) from work_item where state <> 'done'";
        if stack.count(open).await? == 0 {
            break;
        }
        ensure!(Instant::now() < until, "{} of {ITEMS} starve", stack.count(open).await?);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    let (accepted, declined) = (played.accepted.load(Ordering::Relaxed), played.declined.load(Ordering::Relaxed));
    println!("accepted {accepted}, declined {declined}");
    assert_eq!(i64::from(accepted), ITEMS, "each was taken once");
    let twice = "select count(*) from (select work_item_id from work_item_event where to_state = 'active'
                 group by work_item_id having count(*) <> 1) t";
    assert_eq!(stack.count(twice).await?, 0, "never two owners");
    assert_eq!(stack.count("select coalesce(sum(used), 0)::bigint from agent_load").await?, 0);
    stack.finish().await
}
