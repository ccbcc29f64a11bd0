//! Who has a place does not wait for those who need one, and nobody overtakes themselves.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Result, ensure};
use meridian_lab::customer::WhatsApp;
use meridian_testkit::Stack;
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, time::Duration};

/// Parties whose numbers end on 1 or 2 are made only once the lock of that number is free.
const HELD_BACK: &str = "create function held_back() returns trigger language plpgsql as $$ begin
      if right(new.value, 1) in ('1', '2') then
        perform pg_advisory_xact_lock(7000 + right(new.value, 1)::int);
      end if;
      return new;
    end $$;
    create trigger held_back before insert on party for each row execute function held_back()";

struct Writers<'a> {
    stack: &'a Stack,
    whatsapp: WhatsApp,
    said: u32,
}

impl Writers<'_> {
    async fn says(&mut self, phone: &str, text: &str) -> Result<()> {
        self.said += 1;
        let body = self.whatsapp.text(phone, "Kim", &format!("wamid.n{}", self.said), text, unix());
        while self.whatsapp.post(&reqwest_client(), &body).await? == 503 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// All requests taken so far have reached the workers, who are busy with earlier ones.
    async fn at_hand(&self) -> Result<()> {
        self.stack.settle("select count(*) from outbox where payload->>'job' = 'ingest'", 0, PATIENCE).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }
}

const KNOWN: &str = "447700900400";
const FIRST: &str = "447700900401";
const SECOND: &str = "447700900402";

/// What somebody is seen to have said.
async fn said(admin: &mut PgConnection, phone: &str) -> Result<Vec<String>> {
    let sql = "select c.text from timeline_item i join item_content c on c.tenant_id = i.tenant_id and c.item_id = i.id
               join party p on p.tenant_id = i.tenant_id and p.id = i.party_id
               where i.kind = 'message' and i.actor_kind = 'customer' and p.value = $1 order by i.seq";
    Ok(sqlx::query_scalar(sql).bind(format!("+{phone}")).fetch_all(admin).await?)
}

async fn until(admin: &mut PgConnection, phone: &str, wanted: &[&str]) -> Result<()> {
    let started = std::time::Instant::now();
    loop {
        let seen = said(admin, phone).await?;
        if seen == wanted {
            return Ok(());
        }
        ensure!(started.elapsed() < PATIENCE, "{phone}: {seen:?} instead of {wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn run_in(hold: &mut PgConnection, sql: &'static str) -> Result<()> {
    sqlx::raw_sql(sql).execute(hold).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_a_place_does_not_wait_for_newcomers_and_nobody_overtakes_themselves() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let mut hold: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let mut all = Writers { whatsapp: stack.whatsapp()?, stack: &stack, said: 0 };
    all.says(KNOWN, "k0").await?;
    until(&mut admin, KNOWN, &["k0"]).await?;
    run_in(&mut admin, HELD_BACK).await?;
    run_in(&mut hold, "select pg_advisory_lock(7001), pg_advisory_lock(7002)").await?;
    // The first newcomer alone holds up the line, so that what comes meanwhile comes together.
    all.says(FIRST, "a0").await?;
    all.at_hand().await?;
    for (phone, text) in [(SECOND, "b0"), (KNOWN, "k1"), (SECOND, "b1")] {
        all.says(phone, text).await?;
    }
    all.at_hand().await?;
    ensure!(said(&mut admin, KNOWN).await? == ["k0"], "the line is held up");
    run_in(&mut hold, "select pg_advisory_unlock(7001)").await?;
    until(&mut admin, FIRST, &["a0"]).await?;
    // The second is still held back: who has a place goes on, again and again.
    until(&mut admin, KNOWN, &["k0", "k1"]).await?;
    for (phone, text) in [(SECOND, "b2"), (KNOWN, "k2")] {
        all.says(phone, text).await?;
    }
    until(&mut admin, KNOWN, &["k0", "k1", "k2"]).await?;
    ensure!(said(&mut admin, SECOND).await?.is_empty());
    // Whoever sees to them dies: somebody else does it, from the start and in order.
    let said_so_far = all.said;
    stack.kill_workers().await;
    run_in(&mut hold, "select pg_advisory_unlock(7002)").await?;
    stack.start_workers()?;
    let mut all = Writers { whatsapp: stack.whatsapp()?, stack: &stack, said: said_so_far };
    all.says(SECOND, "b3").await?;
    until(&mut admin, SECOND, &["b0", "b1", "b2", "b3"]).await?;
    stack.settle("select count(*) from inbound_raw where state <> 'processed'", 0, PATIENCE).await?;
    until(&mut admin, KNOWN, &["k0", "k1", "k2"]).await?;
    assert_eq!(stack.count("select count(*) from conversation").await?, 3);
    stack.finish().await
}
