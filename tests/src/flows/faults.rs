//! Duplicates, races, lost workers, silent bots, lost answers: nothing lost, nothing doubled.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, on_duty, unix};
use anyhow::Result;
use meridian_domain::channel::ChannelKind;
use meridian_lab::{customer, provider::Answer};
use meridian_testkit::Stack;
use serde_json::json;
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, time::Duration};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_first_messages_in_parallel_make_one_customer_and_one_conversation() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let posts = (0..50).flat_map(|n| {
        let body = whatsapp.text("447700900555", "Lee", &format!("wamid.p{n}"), &format!("message {n}"), unix());
        // Each is delivered twice, as providers do.
        [body.clone(), body]
    });
    let mut tasks = tokio::task::JoinSet::new();
    for body in posts {
        let (http, whatsapp) = (http.clone(), whatsapp.clone());
        tasks.spawn(async move {
            // Providers post again after a 503, which a machine under load may answer; never after anything else.
            loop {
                match whatsapp.post(&http, &body).await? {
                    503 => tokio::time::sleep(Duration::from_millis(500)).await,
                    status => return anyhow::Ok(status),
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        assert_eq!(done??, 200);
    }
    stack
        .settle("select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'", 50, PATIENCE)
        .await?;
    assert_eq!(stack.count("select count(*) from customer").await?, 1);
    assert_eq!(stack.count("select count(*) from conversation").await?, 1);
    assert_eq!(stack.count("select count(*) from conversation c where seq <> (select count(*) from timeline_item t where t.conversation_id = c.id)").await?, 0);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_may_overtake_each_other_what_a_customer_says_may_not() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    // The jobs of the first two come late, as those do that a broker refused.
    sqlx::raw_sql(
        "create function late() returns trigger language plpgsql as $$ begin
           if new.payload->>'job' = 'ingest' and (select count(*) from inbound_raw) <= 2 then
             new.due_at = new.due_at + interval '3 seconds';
           end if;
           return new;
         end $$;
         create trigger late before insert on outbox for each row execute function late();
         alter function late() owner to meridian_system",
    )
    .execute(&mut admin)
    .await?;
    for n in 0..6 {
        let body = whatsapp.text("447700900556", "Mia", &format!("wamid.q{n}"), &format!("m{n}"), unix());
        assert_eq!(whatsapp.post(&http, &body).await?, 200);
    }
    stack.settle("select count(*) from outbox where payload->>'job' = 'ingest'", 0, PATIENCE).await?;
    stack.settle("select count(*) from inbound_raw where state <> 'processed'", 0, PATIENCE).await?;
    let said =
        "select c.text from timeline_item i join item_content c on c.tenant_id = i.tenant_id and c.item_id = i.id
                where i.kind = 'message' and i.actor_kind = 'customer' order by i.seq";
    let said: Vec<String> = sqlx::query_scalar(said).fetch_all(&mut admin).await?;
    assert_eq!(said, ["m0", "m1", "m2", "m3", "m4", "m5"]);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_die_lose_nothing_and_requests_are_taken_without_them() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    for n in 0..60 {
        let body = whatsapp.text(&format!("4477009{n:05}"), "Kim", &format!("wamid.k{n}"), "hello", unix());
        // Providers post again after a 503, which a machine under load may answer; never after anything else.
        while whatsapp.post(&http, &body).await? == 503 {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(whatsapp.post(&http, &body).await?, 200);
        if n % 20 == 10 {
            stack.kill_workers().await;
        }
        if n % 20 == 18 {
            stack.start_workers()?;
        }
    }
    let sql = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";
    stack.settle(sql, 60, Duration::from_mins(1)).await?;
    assert_eq!(stack.count("select count(*) from conversation").await?, 60);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_take_over_from_a_silent_bot() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    // The bot takes the event and says nothing: it has eight seconds.
    let started = std::time::Instant::now();
    whatsapp.post(&http, &whatsapp.text("447700900777", "Jo", "wamid.s1", "anybody there?", unix())).await?;
    let (_, conversation) = accept_first(&mut people).await?;
    assert!(
        started.elapsed() >= Duration::from_secs(7) && started.elapsed() < Duration::from_secs(11),
        "{:?}",
        started.elapsed()
    );
    // The news that people took the first conversation is told before the bot breaks, so that it takes none of the failures.
    let told = "select count(*) from bot_event where kind = 'handoff.accepted' and state = 'delivered'";
    stack.settle(told, 1, PATIENCE).await?;
    // The next customer's bot fails outright: people have it at once.
    stack.provider.plan("/bot", vec![Answer::Say(500, json!({}))]);
    let started = std::time::Instant::now();
    whatsapp.post(&http, &whatsapp.text("447700900778", "Al", "wamid.s2", "hi", unix())).await?;
    let (_, other) = accept_first(&mut people).await?;
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    assert_ne!(conversation, other);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_can_be_taken_once_and_a_lost_answer_is_shown_as_unknown() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    stack.provider.plan("generic", vec![Answer::Hang, Answer::Say(503, json!({}))]);
    let body = json!({ "kind": "message", "external_id": "g-1", "content": { "message_type": "text", "text": "hello" },
                       "sender": { "ids": [{ "scheme": "crm_id", "value": "77", "verified": "channel" }] } })
    .to_string();
    let mut post = http.post(stack.hook(ChannelKind::Generic)?);
    for (name, value) in
        customer::standard_webhook(&Stack::webhook_secret("generic signing_secret"), "m1", unix(), &body)?
    {
        post = post.header(name, value);
    }
    assert_eq!(post.body(body).send().await?.status(), 200);
    let (who, conversation) = accept_first(&mut people).await?;
    let offer = stack.count("select count(*) from offer where state = 'accepted'").await?;
    assert_eq!(offer, 1);
    let agent = people[who].0.clone();
    let again = agent.query("{ viewer { offers { id } } }", json!({})).await?;
    assert_eq!(again["viewer"]["offers"], json!([]));
    let send = "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } userErrors { code } } }";
    agent.query(send, json!({ "c": conversation, "t": "first" })).await?;
    stack.settle("select count(*) from delivery where state = 'unknown'", 1, PATIENCE).await?;
    // A definite refusal is tried again; the one in doubt is not.
    agent.query(send, json!({ "c": conversation, "t": "second" })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let bodies: Vec<String> =
        stack.provider.seen("generic").iter().filter_map(|r| r.json()["text"].as_str().map(str::to_owned)).collect();
    assert_eq!(bodies, ["first", "second", "second"]);
    // Somebody else may not speak.
    let other = people[1 - who].0.query(send, json!({ "c": conversation, "t": "me too" })).await?;
    assert_eq!(other["messageSend"]["userErrors"][0]["code"], "NOT_HOLDER");
    assert_eq!(stack.count("select count(*) from agent_load where used > cap or used < 0").await?, 0);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_agent_loses_the_socket_within_seconds() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut socket) = on_duty(&stack, "ana").await?;
    let me = ana.query("{ viewer { agent { id } } }", json!({})).await?["viewer"]["agent"]["id"].take();
    let (admin, _admin_socket) = on_duty(&stack, "ada").await?;
    let disable = "mutation($a: ID!) { agentSetActive(input: { agentId: $a, active: false }) { agent { active } userErrors { message } } }";
    let refused = ana.send(disable, json!({ "a": me })).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let started = std::time::Instant::now();
    admin.query(disable, json!({ "a": me })).await?;
    let closed = loop {
        match socket.next(PATIENCE).await {
            Ok(_) => {}
            Err(error) => break error.to_string(),
        }
    };
    assert_eq!(closed, "closed 4403");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let answer = ana.send("{ viewer { workspace } }", json!({})).await?;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    stack.finish().await
}

/// What the database refuses of one request costs those nothing that came at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_refused_costs_no_other() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    sqlx::raw_sql(
        "create function refuse() returns trigger language plpgsql as $$ begin
           if position('refuse me'::bytea in new.body) > 0 then
             raise check_violation using message = 'this one is refused';
           end if;
           return new;
         end $$;
         create trigger refuse before insert on inbound_raw for each row execute function refuse();
         grant execute on function refuse() to public;
         begin; lock table inbound_raw in share row exclusive mode",
    )
    .execute(&mut admin)
    .await?;
    // The first waits for the table, the others gather behind it.
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..12 {
        let text = if n == 7 { "refuse me".to_owned() } else { format!("message {n}") };
        let body = whatsapp.text(&format!("4477009005{n:02}"), "Lee", &format!("wamid.r{n}"), &text, unix());
        let (http, whatsapp) = (http.clone(), whatsapp.clone());
        tasks.spawn(async move { anyhow::Ok((n, whatsapp.post(&http, &body).await?)) });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    sqlx::raw_sql("commit").execute(&mut admin).await?;
    while let Some(done) = tasks.join_next().await {
        let (n, status) = done??;
        assert_eq!(status, if n == 7 { 503 } else { 200 }, "request {n}");
    }
    stack.settle("select count(*) from inbound_raw where state = 'processed'", 11, PATIENCE).await?;
    // The provider sends it again, and it is stored once nothing is against it.
    sqlx::raw_sql("drop trigger refuse on inbound_raw").execute(&mut admin).await?;
    let body = whatsapp.text("447700900507", "Lee", "wamid.r7", "refuse me", unix());
    assert_eq!(whatsapp.post(&http, &body).await?, 200);
    stack.settle("select count(*) from inbound_raw where state = 'processed'", 12, PATIENCE).await?;
    stack.finish().await
}
