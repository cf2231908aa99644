//! What must hold of every table.

use std::collections::BTreeSet;

use super::*;

fn all() -> impl Iterator<Item = (MatterKind, &'static Machine)> {
    MatterKind::ALL.into_iter().map(|kind| (kind, kind.machine()))
}

#[test]
fn every_state_but_the_first_can_be_reached_from_it() {
    for (kind, machine) in all() {
        let mut reached = BTreeSet::from([machine.initial()]);
        for _ in machine.states {
            let next: Vec<_> = machine.transitions.iter().filter(|t| reached.contains(t.from)).map(|t| t.to).collect();
            reached.extend(next);
        }
        for state in machine.states {
            assert!(reached.contains(state.word), "{kind:?} never is `{}`", state.word);
        }
    }
}

#[test]
fn a_state_has_an_owner_and_a_way_out_or_is_an_end() {
    for (kind, machine) in all() {
        for state in machine.states {
            let leaves = machine.transitions.iter().any(|t| t.from == state.word && t.to != state.word);
            assert_eq!(state.owner.is_some(), leaves, "{kind:?} `{}`", state.word);
            assert_eq!(machine.is_final(state.word), !leaves);
        }
        assert!(machine.states.iter().any(|state| state.owner.is_none()), "{kind:?} never ends");
    }
}

#[test]
fn no_move_is_ambiguous_and_every_word_is_declared_once_and_used() {
    for (kind, machine) in all() {
        let mut seen = BTreeSet::new();
        for t in machine.transitions {
            assert!(seen.insert((t.from, t.by)), "{kind:?}: `{}` leads from `{}` to two states", t.by, t.from);
            assert!(machine.state(t.from).is_some() && machine.state(t.to).is_some(), "{kind:?} {t:?}");
            assert!(machine.row(t.by).is_some(), "{kind:?} {t:?}");
        }
        let moves: BTreeSet<_> = machine.moves.iter().map(|row| row.word).collect();
        let states: BTreeSet<_> = machine.states.iter().map(|state| state.word).collect();
        assert_eq!((moves.len(), states.len()), (machine.moves.len(), machine.states.len()), "{kind:?}");
        for word in &moves {
            assert!(machine.transitions.iter().any(|t| t.by == *word), "{kind:?}: `{word}` leads nowhere");
        }
        for title in machine.moves.iter().map(|row| row.title).chain(machine.states.iter().map(|s| s.title)) {
            assert!(!title.trim().is_empty());
        }
    }
}

#[test]
fn what_suspends_can_be_resumed_or_ends() {
    // Whoever can be suspended reaches, from there, a transition that gives the rights back or takes them for good.
    for (kind, machine) in all() {
        for t in machine.transitions.iter().filter(|t| t.effects.contains(&Effect::Suspend)) {
            let mut reached = BTreeSet::from([t.to]);
            for _ in machine.states {
                let next: Vec<_> =
                    machine.transitions.iter().filter(|t| reached.contains(t.from)).map(|t| t.to).collect();
                reached.extend(next);
            }
            let resumes = |t: &&Transition| reached.contains(t.from) && t.effects.contains(&Effect::Resume);
            assert!(machine.transitions.iter().any(|t| resumes(&t)), "{kind:?}: `{}` is for ever", t.to);
        }
    }
}

#[test]
fn words_read_back() {
    for kind in MatterKind::ALL {
        assert_eq!(MatterKind::parse(kind.word()), Some(kind));
        assert_eq!(serde_json::to_string(&kind).ok(), Some(format!("\"{}\"", kind.word())));
        let machine = kind.machine();
        assert_eq!(machine.state(machine.initial()).map(|state| state.word), Some(machine.initial()));
    }
    for kind in SubjectKind::ALL {
        assert_eq!(SubjectKind::of(&format!("{}x", kind.prefix())), Some(kind));
    }
    assert_eq!((MatterKind::parse("x"), SubjectKind::of("X-1")), (None, None));
}
