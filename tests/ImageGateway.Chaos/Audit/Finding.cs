namespace ImageGateway.Chaos.Audit;

/// <summary>What one check found.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Fact">What was looked at, in numbers, so that a check of nothing shows.</param>
/// <param name="Failures">Where it does not hold; empty: it does.</param>
internal sealed record Finding(string Name, string Fact, IReadOnlyList<string> Failures)
{
    private const int Shown = 8;

    public bool Holds => Failures.Count == 0;

    public override string ToString()
    {
        var more = Failures.Count > Shown ? $"\n      … and {Failures.Count - Shown} more" : "";
        return $"{(Holds ? "ok  " : "FAIL")} {Name}: {Fact}{string.Concat(Failures.Take(Shown).Select(failure => $"\n      {failure}"))}{more}";
    }
}
