-- The alternating bit protocol in two directions, with channels of @N@ places that lose messages.

type
  Direction: 0..1;
  Bit: 0..1;
  Data: 0..3;
  Place: 0..@N@ - 1;
  Length: 0..@N@;

var
  send_bit: array [Direction] of Bit;
  send_data: array [Direction] of Data;
  receive_bit: array [Direction] of Bit;
  receive_data: array [Direction] of Data;
  packets: array [Direction] of Length;
  packet_bit: array [Direction] of array [Place] of Bit;
  packet_data: array [Direction] of array [Place] of Data;
  acks: array [Direction] of Length;
  ack: array [Direction] of array [Place] of Bit;

-- What is behind the last message is 0.
procedure drop_packet(x: Direction); begin
  packets[x] := packets[x] - 1;
  for p: Place do
    if p < packets[x] then
      packet_bit[x][p] := packet_bit[x][p + 1];
      packet_data[x][p] := packet_data[x][p + 1];
    end;
  end;
  packet_bit[x][packets[x]] := 0;
  packet_data[x][packets[x]] := 0;
end;

procedure drop_ack(x: Direction); begin
  acks[x] := acks[x] - 1;
  for p: Place do
    if p < acks[x] then ack[x][p] := ack[x][p + 1]; end;
  end;
  ack[x][acks[x]] := 0;
end;

startstate begin
  for x: Direction do
    send_bit[x] := 0;
    send_data[x] := 0;
    receive_bit[x] := 0;
    receive_data[x] := 0;
    packets[x] := 0;
    acks[x] := 0;
    for p: Place do
      packet_bit[x][p] := 0;
      packet_data[x][p] := 0;
      ack[x][p] := 0;
    end;
  end;
end;

ruleset x: Direction do
  rule "sends" packets[x] < @N@ ==> begin
    packet_bit[x][packets[x]] := send_bit[x];
    packet_data[x][packets[x]] := send_data[x];
    packets[x] := packets[x] + 1;
  end;

  rule "loses a packet" packets[x] > 0 ==> begin drop_packet(x); end;

  rule "receives" packets[x] > 0 ==>
  var
    got: Bit;
  begin
    got := packet_bit[x][0];
    if got = receive_bit[x] then
      receive_data[x] := packet_data[x][0];
      receive_bit[x] := 1 - receive_bit[x];
    end;
    drop_packet(x);
    if acks[x] < @N@ then
      ack[x][acks[x]] := got;
      acks[x] := acks[x] + 1;
    end;
  end;

  rule "loses an acknowledgement" acks[x] > 0 ==> begin drop_ack(x); end;

  ruleset v: Data do
    rule "is acknowledged" acks[x] > 0 & ack[x][0] = send_bit[x] ==> begin
      drop_ack(x);
      send_bit[x] := 1 - send_bit[x];
      send_data[x] := v;
    end;
  end;

  rule "drops an old acknowledgement" acks[x] > 0 & ack[x][0] != send_bit[x] ==> begin drop_ack(x); end;
end;

invariant "delivered" forall x: Direction do send_bit[x] = receive_bit[x] | send_data[x] = receive_data[x] end;
