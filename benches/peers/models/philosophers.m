-- @N@ dining philosophers. All take the fork to the left first, so all can be stuck.

type
  Seat: 0..@N@ - 1;
  At: enum { Thinking, OneFork, Eating };

var
  at: array [Seat] of At;
  taken: array [Seat] of boolean;

startstate begin
  for i: Seat do
    at[i] := Thinking;
    taken[i] := false;
  end;
end;

ruleset i: Seat do
  rule "take first" at[i] = Thinking & !taken[i] ==> begin
    taken[i] := true;
    at[i] := OneFork;
  end;

  rule "take second" at[i] = OneFork & !taken[(i + 1) % @N@] ==> begin
    taken[(i + 1) % @N@] := true;
    at[i] := Eating;
  end;

  rule "put back" at[i] = Eating ==> begin
    taken[i] := false;
    taken[(i + 1) % @N@] := false;
    at[i] := Thinking;
  end;
end;

invariant "neighbours" forall i: Seat do at[i] != Eating | at[(i + 1) % @N@] != Eating end;
