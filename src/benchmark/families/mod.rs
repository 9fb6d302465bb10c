//! The families of situations: one file each, several scenarios in it, each scenario a function that plans one payment (or the few
//! that belong together). The table says how often each comes in the normal and in the hard mix.

mod blocked;
mod closed;
mod collections;
mod credit;
mod differences;
mod discount;
mod hostile;
mod lists;
mod mistyped;
mod national;
mod not_receivable;
mod older;
mod orders;
mod partial;
mod parties;
mod prepaid;
mod references;
mod returns;
mod sets;
mod silent;
mod single;
mod traps;
mod withheld;

use super::world::World;

/// One scenario: how often in the normal mix, in the hard mix, and how it is planned.
pub(super) type Scenario = (usize, usize, fn(&mut World));

/// All scenarios.
pub(super) static SCENARIOS: &[Scenario] = &[
    (300, 150, single::whole_number),
    (70, 70, single::shortened_number),
    (20, 30, single::cut_number),
    (10, 15, single::cut_text),
    (70, 40, references::structured),
    (8, 10, references::in_text),
    (4, 8, references::bad_check_digit),
    (25, 25, national::reference),
    (3, 6, national::bad_check_digit),
    (50, 50, silent::amount_only),
    (15, 25, silent::sum_only),
    (12, 20, silent::customer_number),
    (8, 10, silent::whole_account),
    (45, 40, lists::named),
    (20, 25, lists::shortened),
    (12, 15, lists::range),
    (10, 15, lists::cut),
    (5, 12, lists::wrong_sum),
    (15, 20, credit::named),
    (6, 8, credit::only_one),
    (35, 30, discount::in_term),
    (8, 15, discount::late),
    (5, 12, discount::wrong_rate),
    (6, 8, discount::on_list),
    (12, 10, differences::cents_short),
    (6, 8, differences::little_over),
    (6, 12, differences::much_over),
    (8, 15, differences::short_silent),
    (6, 6, differences::charges_stated),
    (15, 15, partial::announced),
    (5, 6, partial::last_rate),
    (5, 8, partial::announced_without_number),
    (15, 20, parties::stranger_pays),
    (6, 10, parties::stranger_pays_weakly),
    (6, 10, parties::parent_pays),
    (4, 12, parties::other_customer_pays),
    (4, 12, parties::twin_pays),
    (6, 8, parties::ultimate_debtor),
    (4, 6, sets::complete),
    (5, 12, sets::one_of_two),
    (6, 12, closed::duplicate),
    (4, 8, closed::twice_in_run),
    (3, 8, closed::race),
    (10, 12, returns::by_number),
    (3, 5, returns::in_run),
    (3, 5, returns::unlinked),
    (5, 5, collections::with_details),
    (2, 3, collections::without_details),
    (10, 12, prepaid::prepayment),
    (6, 8, prepaid::round_sum),
    (10, 12, orders::order_number),
    (4, 8, orders::two_parts),
    (4, 12, traps::date),
    (3, 10, traps::account_in_text),
    (4, 10, traps::phone),
    (4, 12, traps::own_id),
    (10, 20, mistyped::mistyped),
    (15, 10, not_receivable::tax_office),
    (15, 10, not_receivable::fee_or_interest),
    (12, 10, not_receivable::own_transfer),
    (20, 20, not_receivable::provider),
    (10, 10, not_receivable::cash),
    (20, 15, not_receivable::outgoing),
    (8, 10, not_receivable::refund),
    (5, 10, blocked::currency),
    (6, 10, blocked::item),
    (4, 6, blocked::customer),
    (4, 6, older::named),
    (3, 6, older::weak),
    (4, 8, hostile::hostile),
    (3, 8, hostile::spoofed),
    (5, 10, withheld::retention),
    (5, 10, withheld::supplier_refund),
    (12, 20, hostile::unknown),
];
