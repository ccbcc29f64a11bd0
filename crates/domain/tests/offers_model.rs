//! Every order in which offers, answers, expiries, transfers and a router that was left behind can meet, exhaustively: a
//! small world of one piece of work, two agents with room for one, and a router whose view may be old. The steps are those
//! of the database (`store::offers::make_all` and `end`, `store::work::accept` and `transition`).

use stateright::{Checker, Model, Property};

/// Most changes of hands: enough for two offers, a transfer and another offer.
const MOST_EPOCHS: u8 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Work {
    Queued,
    Offered(usize),
    Active(usize),
    Done,
}

/// An offer as it was made; answers to it may be on their way for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Offer {
    agent: usize,
    epoch: u8,
    pending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    work: Work,
    epoch: u8,
    used: [u8; 2],
    offers: Vec<Offer>,
    /// The epoch each router knows: the second one was left behind.
    routers: [u8; 2],
    /// How often the work was taken for each epoch: more than once would be two owners.
    taken: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// A router reads the rows.
    Read(usize),
    /// A router makes an offer by what it knows.
    Make(usize, usize),
    Accept(usize),
    Decline(usize),
    Expire(usize),
    /// A supervisor or the holder passes active work on.
    Transfer,
    Resolve,
}

struct Race;

impl Model for Race {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let routers = [1, 1];
        vec![World { work: Work::Queued, epoch: 1, used: [0, 0], offers: vec![], routers, taken: vec![] }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        steps.extend([Step::Read(0), Step::Read(1), Step::Transfer, Step::Resolve]);
        steps.extend([(0, 0), (0, 1), (1, 0), (1, 1)].map(|(router, agent)| Step::Make(router, agent)));
        for offer in 0..world.offers.len() {
            steps.extend([Step::Accept(offer), Step::Decline(offer), Step::Expire(offer)]);
        }
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut world = last.clone();
        match step {
            Step::Read(router) => world.routers[router] = world.epoch,
            Step::Make(router, agent) => {
                // Where state = 'queued' and epoch = the router's, and used < cap: one statement.
                if world.work != Work::Queued || world.routers[router] != world.epoch || world.used[agent] >= 1 {
                    return None;
                }
                world.used[agent] += 1;
                world.epoch += 1;
                world.work = Work::Offered(agent);
                world.offers.push(Offer { agent, epoch: world.epoch, pending: true });
            }
            Step::Accept(n) => {
                let offer = world.offers[n];
                // Where the offer is pending, and the work is offered with its epoch.
                if !offer.pending || offer.epoch != world.epoch || world.work != Work::Offered(offer.agent) {
                    return None;
                }
                world.offers[n].pending = false;
                world.work = Work::Active(offer.agent);
                world.taken.push(offer.epoch);
            }
            Step::Decline(n) | Step::Expire(n) => {
                let offer = world.offers[n];
                if !offer.pending {
                    return None;
                }
                world.offers[n].pending = false;
                if offer.epoch == world.epoch && world.work == Work::Offered(offer.agent) {
                    world.used[offer.agent] -= 1;
                    world.epoch += 1;
                    world.work = Work::Queued;
                }
            }
            Step::Transfer => {
                let holder = match world.work {
                    Work::Active(agent) => agent,
                    Work::Offered(agent) => {
                        world.offers.iter_mut().for_each(|offer| offer.pending = false);
                        agent
                    }
                    Work::Queued | Work::Done => return None,
                };
                world.used[holder] -= 1;
                world.epoch += 1;
                world.work = Work::Queued;
            }
            Step::Resolve => {
                let Work::Active(agent) = world.work else { return None };
                world.used[agent] -= 1;
                world.epoch += 1;
                world.work = Work::Done;
            }
        }
        Some(world)
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.epoch <= MOST_EPOCHS
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::<Self>::always("what is in use is what is held", |_, world| {
                let holder = match world.work {
                    Work::Offered(agent) | Work::Active(agent) => Some(agent),
                    Work::Queued | Work::Done => None,
                };
                (0..2).all(|agent| world.used[agent] == u8::from(holder == Some(agent)))
            }),
            Property::<Self>::always("one pending offer at most, and only of offered work", |_, world| {
                let pending: Vec<&Offer> = world.offers.iter().filter(|offer| offer.pending).collect();
                match world.work {
                    Work::Offered(agent) => pending.len() == 1 && pending[0].agent == agent,
                    _ => pending.is_empty(),
                }
            }),
            Property::<Self>::always("an epoch is taken once", |_, world| {
                world.taken.windows(2).all(|pair| pair[0] < pair[1])
            }),
            Property::<Self>::sometimes("a router left behind is refused and another gets through", |_, world| {
                world.routers[1] == 1 && world.work == Work::Done
            }),
            Property::<Self>::sometimes("work passed on is taken again", |_, world| world.taken.len() == 2),
        ]
    }
}

#[test]
fn no_order_of_events_gives_two_owners_or_too_much_work() {
    let checked = Race.checker().threads(2).spawn_bfs().join();
    checked.assert_properties();
    assert!(checked.unique_state_count() > 100, "{} states", checked.unique_state_count());
}
