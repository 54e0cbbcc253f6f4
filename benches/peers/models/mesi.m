-- MESI with @N@ caches.

type
  Cache: 0..@N@ - 1;
  Data: 0..1;
  Line: enum { Invalid, Shared, Exclusive, Modified };
  Request: enum { Nothing, Read, ReadExclusive, Upgrade };

var
  line: array [Cache] of Line;
  request: array [Cache] of Request;
  data: array [Cache] of Data;
  memory: Data;
  newest: Data;

procedure write_back(i: Cache); begin
  if line[i] = Modified then memory := data[i]; end;
end;

startstate begin
  for i: Cache do
    line[i] := Invalid;
    request[i] := Nothing;
    data[i] := 0;
  end;
  memory := 0;
  newest := 0;
end;

ruleset i: Cache do
  rule "wants to read" request[i] = Nothing & line[i] = Invalid ==> begin request[i] := Read; end;
  rule "wants to write" request[i] = Nothing & line[i] = Invalid ==> begin request[i] := ReadExclusive; end;
  rule "wants to upgrade" request[i] = Nothing & line[i] = Shared ==> begin request[i] := Upgrade; end;

  ruleset v: Data do
    rule "stores" request[i] = Nothing & (line[i] = Exclusive | line[i] = Modified) ==> begin
      line[i] := Modified;
      data[i] := v;
      newest := v;
    end;
  end;

  rule "evicts" request[i] = Nothing & line[i] != Invalid ==> begin
    write_back(i);
    line[i] := Invalid;
    data[i] := 0;
  end;

  rule "reads" request[i] = Read ==>
  var
    shared: boolean;
  begin
    shared := false;
    for j: Cache do
      if j != i & line[j] != Invalid then
        shared := true;
        write_back(j);
        line[j] := Shared;
      end;
    end;
    if shared then line[i] := Shared; else line[i] := Exclusive; end;
    data[i] := memory;
    request[i] := Nothing;
  end;

  rule "writes" request[i] = ReadExclusive | request[i] = Upgrade ==> begin
    for j: Cache do
      if j != i & line[j] != Invalid then
        write_back(j);
        line[j] := Invalid;
        data[j] := 0;
        if request[j] = Upgrade then request[j] := ReadExclusive; end;
      end;
    end;
    if request[i] = ReadExclusive then data[i] := memory; end;
    line[i] := Modified;
    request[i] := Nothing;
  end;
end;

invariant "one writer"
  forall i: Cache do
    line[i] = Invalid | line[i] = Shared | forall j: Cache do j = i | line[j] = Invalid end
  end;
invariant "fresh" forall i: Cache do line[i] = Invalid | data[i] = newest end;
invariant "written back" memory = newest | exists i: Cache do line[i] = Modified end;
