-- The filter lock of @N@ processes.

type
  Process: 0..@N@ - 1;
  Level: 0..@N@ - 1;
  At: enum { Idle, Writing, Waiting, Critical };

var
  at: array [Process] of At;
  level: array [Process] of Level;
  last: array [Level] of Process;

startstate begin
  for i: Process do
    at[i] := Idle;
    level[i] := 0;
  end;
  for here: Level do last[here] := 0; end;
end;

ruleset i: Process do
  rule "start" at[i] = Idle ==> begin
    at[i] := Writing;
    level[i] := 1;
  end;

  rule "write" at[i] = Writing ==> begin
    last[level[i]] := i;
    at[i] := Waiting;
  end;

  rule "pass"
    at[i] = Waiting & (last[level[i]] != i | forall other: Process do other = i | level[other] < level[i] end)
  ==> begin
    if level[i] < @N@ - 1 then
      level[i] := level[i] + 1;
      at[i] := Writing;
    else
      at[i] := Critical;
    end;
  end;

  rule "leave" at[i] = Critical ==> begin
    at[i] := Idle;
    level[i] := 0;
  end;
end;

invariant "exclusion"
  forall i: Process do at[i] != Critical | forall other: Process do other = i | at[other] != Critical end end;
