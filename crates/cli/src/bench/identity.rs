//! `meridian bench identity`: who a newcomer is, pages of a merged customer, and de-duplication, on many customers.

use super::{
    crowd::Crowd,
    history::{HISTORY, Page},
    rig::{Rig, machine},
};
use anyhow::{Context, Result};
use clap::Args;
use meridian_app::{authz::Subject, identity as app};
use meridian_domain::{
    event::{Identifier, Verification},
    ids::CustomerId,
};
use meridian_lab::load::{Latency, usage};
use meridian_store::{bulk, bulk_people};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Customers loaded, three identifiers each.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u64,
    /// Items of history loaded beside them; one customer with three merged addresses has 20,000.
    #[arg(long, default_value_t = 1_000_000)]
    items: u64,
    /// Look-ups of each kind.
    #[arg(long, default_value_t = 10_000)]
    lookups: u64,
    /// Pages of history a second.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Seconds of pages.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// Look-ups that are on at once.
const AT_ONCE: u64 = 4;

/// A newcomer: two in three known by phone, one of them by a claimed mailbox too, the third unknown.
fn newcomer(n: u64, customers: u64) -> Vec<Identifier> {
    let who = n.wrapping_mul(7_919) % customers;
    let id = |scheme: &str, value: String, verified| Identifier {
        scheme: scheme.to_owned(),
        value,
        scope: String::new(),
        verified,
        derived: false,
    };
    match n % 3 {
        0 => vec![id("phone_e164", bulk_people::phone(who), Verification::Channel)],
        1 => vec![
            id("phone_e164", bulk_people::phone(who), Verification::Channel),
            id("email", bulk_people::mail(who), Verification::Claimed),
        ],
        _ => vec![id("phone_e164", format!("+4478{n:08}"), Verification::Channel)],
    }
}

/// Runs a look-up over and over, a few at once.
async fn measured<F, Fut>(lookups: u64, run: F) -> Result<Arc<Latency>>
where
    F: Fn(u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<()>> + Send,
{
    let latency = Arc::new(Latency::default());
    let mut lanes = JoinSet::new();
    for lane in 0..AT_ONCE {
        let (run, latency) = (run.clone(), Arc::clone(&latency));
        lanes.spawn(async move {
            for n in (lane..lookups).step_by(AT_ONCE as usize) {
                let from = Instant::now();
                run(n).await?;
                latency.record(from.elapsed());
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    Ok(latency)
}

/// De-duplication of all customers: seconds, memory at its peak in MB, new suggestions.
async fn dedupe(rig: &Rig, subject: &Subject) -> Result<(f64, f64, i32)> {
    let (from, tenant) = (Instant::now(), subject.scope().tenant());
    let run = app::dedupe(&rig.app, subject).await?;
    let (mut peak, mut told) = (0, Instant::now());
    eprintln!("    {} MB before", usage(std::process::id()).1 / 1_000_000);
    let running = rig.app.clone();
    let mut parts = tokio::spawn(async move {
        loop {
            app::run(&running, tenant, run).await?;
            let state = app::progress(&running, &Subject::system(tenant), run).await?;
            if state.state == "done" {
                return Ok::<i32, anyhow::Error>(state.found);
            }
        }
    });
    loop {
        peak = peak.max(usage(std::process::id()).1);
        tokio::select! {
            found = &mut parts => return Ok((from.elapsed().as_secs_f64(), peak as f64 / 1e6, found??)),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            let state = app::progress(&rig.app, subject, run).await?;
            let now = usage(std::process::id()).1 / 1_000_000;
            eprintln!("    {} of {} steps, {now} MB", state.done, state.total);
        }
    }
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    println!("{}", machine());
    let mut rig = Rig::start(false).await?;
    let crowd = Crowd::seed(&rig, 1, 1).await?;
    let (place, subject) = (crowd.seeded.place(), Subject::system(crowd.seeded.tenant));
    eprintln!("loading {} customers and {} items", options.customers, options.items);
    bulk_people::load_customers(&rig.servers.postgres_url(), place, options.customers).await?;
    bulk::load(&rig.servers.postgres_url(), place, options.items).await?;

    println!("{} customers\n  de-duplication", options.customers);
    let (seconds, mb, found) = dedupe(&rig, &subject).await?;
    println!("    {seconds:.0} s, {mb:.0} MB, {found} pairs suggested");
    bulk::analyze(&rig.servers.postgres_url(), false).await?;

    println!("  who a newcomer is, {AT_ONCE} at once");
    let (customers, db, who) = (options.customers, rig.app.clone(), subject.clone());
    let resolve = measured(options.lookups, move |n| {
        let (db, who) = (db.clone(), who.clone());
        async move {
            app::whose(&db, &who, &newcomer(n, customers), "").await?;
            Ok(())
        }
    })
    .await?;
    println!("    p50 {:.1} ms, p99 {:.1} ms over {}", resolve.at(0.5), resolve.at(0.99), resolve.count());
    println!("  looking at a customer off the hot path, {AT_ONCE} at once");
    let (db, tenant) = (rig.app.clone(), crowd.seeded.tenant);
    let looked = measured(options.lookups / 5, move |n| {
        let db = db.clone();
        async move {
            let customer = bulk_people::customer(n.wrapping_mul(7_919) % customers);
            app::recognise(&db, tenant, &[CustomerId(customer)]).await?;
            Ok(())
        }
    })
    .await?;
    println!("    p50 {:.1} ms, p99 {:.1} ms over {}", looked.at(0.5), looked.at(0.99), looked.count());

    rig.run("api").await?;
    let agent = crowd.sign_in(&rig).await?.pop().context("an agent")?;
    let largest = format!("cus_{}", bulk::largest().simple());
    println!("  history of a customer with 20,000 items at three addresses, page of 50");
    let page = Page::new(&agent, HISTORY, |data| &data["customer"]["timeline"], largest).await?;
    let history = page.measure(options.rate, options.seconds).await?;
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    Ok(json!({ "customers": options.customers, "resolve_p50_ms": round(resolve.at(0.5)),
               "resolve_p99_ms": round(resolve.at(0.99)), "recognise_p99_ms": round(looked.at(0.99)),
               "history_p99_ms": round(history), "dedupe_seconds": seconds.round(), "dedupe_mb": mb.round(),
               "dedupe_pairs": found }))
}
