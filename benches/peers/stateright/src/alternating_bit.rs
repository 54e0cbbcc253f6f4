//! The alternating bit protocol, in two independent directions.

use by_hand::{MOST_SUCCESSORS, Model};

/// The bits of a direction.
const WIDTH: u32 = 28;

/// One direction: what the sender and the receiver know, and two queues whose heads are in the lowest bits.
#[derive(Clone, Copy)]
struct Direction {
    send_bit: u64,
    send_data: u64,
    receive_bit: u64,
    receive_data: u64,
    /// A packet is two bits of data after the bit.
    packets: u64,
    packet_count: u64,
    acks: u64,
    ack_count: u64,
}

impl Direction {
    fn of(bits: u64) -> Self {
        Self {
            send_bit: bits & 1,
            send_data: bits >> 1 & 3,
            receive_bit: bits >> 3 & 1,
            receive_data: bits >> 4 & 3,
            packet_count: bits >> 6 & 7,
            ack_count: bits >> 9 & 7,
            acks: bits >> 12 & 15,
            packets: bits >> 16 & 0xfff,
        }
    }

    fn bits(self) -> u64 {
        self.send_bit
            | self.send_data << 1
            | self.receive_bit << 3
            | self.receive_data << 4
            | self.packet_count << 6
            | self.ack_count << 9
            | self.acks << 12
            | self.packets << 16
    }

    fn without_packet(self) -> Self {
        Self { packets: self.packets >> 3, packet_count: self.packet_count - 1, ..self }
    }

    fn without_ack(self) -> Self {
        Self { acks: self.acks >> 1, ack_count: self.ack_count - 1, ..self }
    }

    fn sent(self) -> Self {
        let packet = self.send_bit | self.send_data << 1;
        let packets = self.packets | packet << (3 * self.packet_count);
        Self { packets, packet_count: self.packet_count + 1, ..self }
    }

    fn received(self, capacity: u64) -> Self {
        let (bit, data) = (self.packets & 1, self.packets >> 1 & 3);
        let mut after = self.without_packet();
        if bit == self.receive_bit {
            after.receive_data = data;
            after.receive_bit ^= 1;
        }
        if self.ack_count < capacity {
            after.acks |= bit << self.ack_count;
            after.ack_count += 1;
        }
        after
    }

    fn acknowledged(self, data: u64) -> Self {
        Self { send_bit: self.send_bit ^ 1, send_data: data, ..self.without_ack() }
    }
}

pub(crate) struct AlternatingBit {
    capacity: u64,
}

impl AlternatingBit {
    pub(crate) fn new(capacity: u32) -> Self {
        assert!((1..=4).contains(&capacity), "channels of 1 to 4 places");
        Self { capacity: capacity.into() }
    }
}

impl Model for AlternatingBit {
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize {
        let mut count = 0;
        for shift in [0, WIDTH] {
            let now = Direction::of(state >> shift);
            let rest = state & !(((1 << WIDTH) - 1) << shift);
            let mut add = |after: Direction| {
                out[count] = rest | after.bits() << shift;
                count += 1;
            };
            if now.packet_count < self.capacity {
                add(now.sent());
            }
            if now.packet_count > 0 {
                add(now.without_packet());
                add(now.received(self.capacity));
            }
            if now.ack_count > 0 {
                add(now.without_ack());
                if now.acks & 1 == now.send_bit {
                    (0..4).for_each(|data| add(now.acknowledged(data)));
                } else {
                    // It is dropped, which is another action than losing it.
                    add(now.without_ack());
                }
            }
        }
        count
    }

    fn holds(&self, state: u64) -> bool {
        [0, WIDTH].into_iter().all(|shift| {
            let now = Direction::of(state >> shift);
            now.send_bit == now.receive_bit || now.send_data == now.receive_data
        })
    }

    fn states(&self) -> u64 {
        8_809_024 >> (2 * (4 - self.capacity))
    }
}
