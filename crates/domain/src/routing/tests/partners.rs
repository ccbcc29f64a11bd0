//! Partners: asked while overflow is open, within their contract.

use super::*;

#[test]
fn partners_are_asked_while_overflow_is_open_within_their_contract_and_with_what_they_learned() {
    let mut core = Core::new();
    let rule = OverflowRule { open_waiting: 2, required_revision: 7, contract_cap: 1, ..OverflowRule::default() };
    let queue = |open| {
        let overflow = Some(Overflow { rule: rule.clone(), open, busy: BTreeSet::new() });
        Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan: Plan::default(), overflow })
    };
    core.apply(t0(), queue(false));
    let partner = |n, knowledge| Agent { outsourced: true, knowledge, load: [(0, 2); 4], ..agent(n) };
    core.apply(t0(), Event::Agent(partner(10, 6)));
    core.apply(t0(), Event::Agent(partner(11, 7)));
    let waits = core.apply(t0(), Event::WorkWaits(work(1)));
    let expected = BTreeMap::from([(Exclusion::KnowledgeOutdated, 1), (Exclusion::OverflowClosed, 1)]);
    assert_eq!((waits[0].outcome, &waits[0].exclusions), (Outcome::Waiting, &expected));
    core.apply(t0(), Event::WorkWaits(work(2)));
    assert_eq!(core.depth(Q), (2, Some(t0())));
    // The red channel in front hides nobody who has waited for longer.
    let since = t0() - TimeDelta::seconds(100);
    core.apply(t0(), Event::WorkWaits(Work { enqueued_at: since, ..work(8) }));
    core.apply(t0(), Event::WorkWaits(Work { head_start_seconds: 600, ..work(9) }));
    assert_eq!(core.depth(Q), (4, Some(since)));
    for gone in [8, 9] {
        core.apply(t0(), Event::WorkGone(work(gone).id));
    }
    assert_eq!(core.depth(Q), (2, Some(t0())));
    assert_eq!(core.unservable(t0()), []);
    // Open: the one who learned the revision is asked, for as much as the contract says.
    let opened = core.apply(t0(), queue(true));
    assert_eq!(opened.iter().map(|d| d.agent).collect::<Vec<_>>(), [Some(agent(11).id)]);
    let full = core.apply(t0(), Event::WorkWaits(work(3)));
    assert_eq!(full[0].exclusions.get(&Exclusion::ContractFull), Some(&1));
    // What they held is done: the next one may go to them.
    let freed = core.apply(t0(), Event::Agent(partner(11, 7)));
    assert_eq!(freed.len(), 1);
}

/// A queue that lends no more than so much, and partners are asked.
fn lends(id: QueueId, contract_cap: u32, order: Order) -> Event {
    let plan = Plan { steps: vec![Step { any_hours: true, order, ..Step::default() }], ..Plan::default() };
    let rule = OverflowRule { open_waiting: 1, contract_cap, ..OverflowRule::default() };
    let overflow = Some(Overflow { rule, open: true, busy: BTreeSet::new() });
    Event::Queue(Queue { id, offer_seconds: 20, sticky_seconds: 30, plan, overflow })
}

#[test]
fn those_who_may_not_be_asked_hide_nobody_however_long_they_have_been_idle() {
    for order in [Order::LongestIdle, Order::Scarcity, Order::LeastOccupied, Order::BestLevel] {
        let mut core = Core::new();
        core.apply(t0(), lends(Q, 1, order));
        // A hundred partners and a hundred who let it pass have been idle for longer than the last one.
        let (partners, refused, one) = (1000..1100_u128, 500..600_u128, agent(1));
        for n in partners {
            core.apply(t0(), Event::Agent(Agent { outsourced: true, load: [(0, 2); 4], ..agent(n) }));
        }
        let lent = core.apply(t0(), Event::WorkWaits(work(1)));
        assert!(lent[0].agent.is_some());
        for n in refused.clone() {
            core.apply(t0(), Event::Agent(agent(n)));
        }
        core.apply(t0(), Event::Agent(one.clone()));
        let passed = Work { refused_by: refused.map(|n| agent(n).id).collect(), ..work(2) };
        let made = core.apply(t0(), Event::WorkWaits(passed));
        assert_eq!((made[0].outcome, made[0].agent), (Outcome::Offered, Some(one.id)), "{order:?}");
        let expected = BTreeMap::from([(Exclusion::ContractFull, 100), (Exclusion::RefusedBefore, 100)]);
        assert_eq!(made[0].exclusions, expected, "{order:?}");
    }
}

#[test]
fn kept_work_does_not_go_past_the_contract_and_goes_when_there_is_room_again() {
    let mut core = Core::new();
    core.apply(t0(), lends(Q, 1, Order::LongestIdle));
    let partner = |n, used| Agent { outsourced: true, load: [(used, 2); 4], ..agent(n) };
    core.apply(t0(), Event::Agent(partner(11, 0)));
    core.apply(t0(), Event::Agent(Agent { load: [(0, 2), (0, 2), (1, 2), (0, 2)], ..partner(12, 0) }));
    let sticky = Work { sticky: Some(agent(11).id), ..work(1) };
    let until = t0() + TimeDelta::seconds(60);
    let named = Work { named: Some((agent(11).id, until)), ..work(2) };
    for kept in [sticky, named] {
        let made = core.apply(t0(), Event::WorkWaits(kept));
        assert_eq!(made[0].outcome, Outcome::Waiting);
        assert_eq!(made[0].exclusions, BTreeMap::from([(Exclusion::ContractFull, 2)]));
    }
    let freed = core.apply(t0(), Event::Agent(partner(12, 0)));
    let freed: Vec<_> = freed.iter().map(|decision| (decision.work, decision.agent)).collect();
    assert_eq!(freed, [(work(1).id, Some(agent(11).id))]);
}

#[test]
fn partners_are_asked_again_whenever_their_contract_has_room_however_that_came() {
    let other = QueueId(Uuid::from_u128(9));
    let partner = |n, used, queues: &[QueueId]| Agent {
        outsourced: true,
        queues: queues.iter().copied().collect(),
        load: [(0, 9), (0, 9), (used, 9), (0, 9)],
        ..agent(n)
    };
    let full = || {
        let mut core = Core::new();
        core.apply(t0(), lends(Q, 3, Order::LongestIdle));
        core.apply(t0(), lends(other, 10, Order::LongestIdle));
        core.apply(t0(), Event::Agent(partner(10, 4, &[other])));
        core.apply(t0(), Event::Agent(partner(11, 0, &[Q])));
        assert_eq!(core.apply(t0(), Event::WorkWaits(work(1)))[0].outcome, Outcome::Waiting);
        core
    };
    let asked = |made: Vec<Decision>| made.iter().map(|decision| decision.agent).collect::<Vec<_>>();
    // From beyond one contract to within it, in one event.
    assert_eq!(asked(full().apply(t0(), Event::Agent(partner(10, 2, &[other])))), [Some(agent(11).id)]);
    assert_eq!(asked(full().apply(t0(), Event::AgentGone(agent(10).id))), [Some(agent(11).id)]);
}

/// A queue that borrows from [`Q`], open or not, and with which of its lenders busy.
fn borrows(open: bool, busy: bool) -> Event {
    let lender = Lender { queue: Q, busy_waiting: 2, busy_wait_seconds: 0, calm_waiting: 0, calm_wait_seconds: 0 };
    let rule = OverflowRule { open_waiting: 1, lenders: vec![lender], ..OverflowRule::default() };
    let busy = if busy { BTreeSet::from([Q]) } else { BTreeSet::new() };
    let overflow = Some(Overflow { rule, open, busy });
    let plan = Plan { steps: vec![Step { any_hours: true, ..Step::default() }], ..Plan::default() };
    Event::Queue(Queue { id: BORROWER, offer_seconds: 20, sticky_seconds: 0, plan, overflow })
}

const BORROWER: QueueId = QueueId(Uuid::from_u128(77));

#[test]
fn people_are_lent_while_their_own_queue_is_calm() {
    let mut core = core();
    core.apply(t0(), Event::Agent(agent(10)));
    core.apply(t0(), borrows(false, false));
    let theirs = |n| Work { queue: BORROWER, ..work(n) };
    let waits = core.apply(t0(), Event::WorkWaits(theirs(1)));
    assert_eq!(waits[0].exclusions, BTreeMap::from([(Exclusion::OverflowClosed, 1)]));
    // Open, and the lender is busy itself: the record says so, and whom it asks.
    assert_eq!(core.apply(t0(), borrows(true, true)), []);
    let told = core.explain(t0(), &theirs(1), agent(10).id);
    assert_eq!(told.objections, [Objection::LenderBusy(Q)]);
    let waits = core.apply(t0(), Event::WorkWaits(theirs(2)));
    assert_eq!(waits[0].exclusions, BTreeMap::from([(Exclusion::LenderBusy, 1)]));
    // It has calmed down: its person is asked.
    let given = core.apply(t0(), borrows(true, false));
    assert_eq!(given.iter().map(|d| (d.work, d.agent)).collect::<Vec<_>>(), [(work(1).id, Some(agent(10).id))]);
    // The rule is taken away: nobody is lent any more.
    let plan = Plan { steps: vec![Step { any_hours: true, ..Step::default() }], ..Plan::default() };
    core.apply(t0(), Event::Queue(Queue { id: BORROWER, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }));
    core.apply(t0(), Event::Agent(agent(10)));
    let waits = core.apply(t0(), Event::WorkWaits(theirs(3)));
    assert_eq!(waits[0].exclusions, BTreeMap::from([(Exclusion::NotInQueue, 1)]));
}

#[test]
fn own_people_come_before_lent_ones_and_own_work_before_that_of_others() {
    let mut core = core();
    core.apply(t0(), borrows(true, false));
    let own = Agent { queues: BTreeSet::from([BORROWER]), ..agent(1) };
    core.apply(t0(), Event::Agent(own.clone()));
    // Idle for much longer, and lent.
    core.apply(t0(), Event::Agent(agent(900)));
    let theirs = |n| Work { queue: BORROWER, ..work(n) };
    let made = core.apply(t0(), Event::WorkWaits(theirs(1)));
    assert_eq!(made[0].agent, Some(own.id));
    assert_eq!(made[0].candidates.len(), 2);
    assert_eq!(core.apply(t0(), Event::WorkWaits(theirs(2)))[0].agent, Some(agent(900).id), "nobody else is there");
    // Work of others has waited for an hour; what came to their own queue just now comes first.
    let long = Work { enqueued_at: t0() - TimeDelta::hours(1), ..theirs(3) };
    core.apply(t0(), Event::WorkWaits(long));
    core.apply(t0(), Event::WorkWaits(work(4)));
    let freed = core.apply(t0(), Event::Agent(agent(900)));
    assert_eq!(freed.iter().map(|decision| decision.work).collect::<Vec<_>>(), [work(4).id]);
}

#[test]
fn many_who_are_lent_hide_none_of_the_queues_own_people() {
    for order in [Order::LongestIdle, Order::Scarcity, Order::LeastOccupied, Order::BestLevel] {
        let mut core = core();
        let Event::Queue(mut borrower) = borrows(true, false) else { return };
        borrower.plan.steps[0].order = order;
        core.apply(t0(), Event::Queue(borrower));
        for n in 100..200 {
            core.apply(t0(), Event::Agent(agent(n)));
        }
        let own = Agent { queues: BTreeSet::from([BORROWER]), ..agent(1) };
        core.apply(t0(), Event::Agent(own.clone()));
        let made = core.apply(t0(), Event::WorkWaits(Work { queue: BORROWER, ..work(1) }));
        assert_eq!(made[0].agent, Some(own.id), "{order:?}");
    }
}

#[test]
fn lenders_are_checked_with_the_place_named() {
    let lender = |n| Lender {
        queue: QueueId(Uuid::from_u128(n)),
        busy_waiting: 3,
        busy_wait_seconds: 60,
        calm_waiting: 1,
        calm_wait_seconds: 20,
    };
    let known = BTreeSet::from([Q, BORROWER, QueueId(Uuid::from_u128(78))]);
    let place = |lenders: Vec<Lender>| {
        let rule = OverflowRule { open_waiting: 1, lenders, ..OverflowRule::default() };
        rule.check_lenders(BORROWER, &known).map_err(|wrong| (wrong.lender, wrong.field))
    };
    assert_eq!(place(vec![lender(1), lender(78)]), Ok(()));
    assert_eq!(place(vec![lender(1), lender(5)]), Err((1, "queue_id")), "no such queue");
    assert_eq!(place(vec![lender(77)]), Err((0, "queue_id")), "itself");
    assert_eq!(place(vec![lender(1), lender(78), lender(1)]), Err((2, "queue_id")), "twice");
    let fails = |change: fn(&mut Lender)| {
        let mut changed = lender(78);
        change(&mut changed);
        place(vec![lender(1), changed]).err()
    };
    assert_eq!(fails(|l| (l.busy_waiting, l.busy_wait_seconds) = (0, 0)), Some((1, "busy_waiting")));
    assert_eq!(fails(|l| l.calm_waiting = 3), Some((1, "calm_waiting")));
    assert_eq!(fails(|l| l.calm_wait_seconds = 60), Some((1, "calm_wait_seconds")));
    assert_eq!(fails(|l| l.busy_waiting = 100_001), Some((1, "busy_waiting")));
    assert_eq!(place((0..21).map(|n| lender(100 + n)).collect()), Err((20, "queue_id")));
    assert_eq!(fails(|l| (l.busy_waiting, l.calm_waiting) = (0, 9)), None, "by the wait alone");
}
