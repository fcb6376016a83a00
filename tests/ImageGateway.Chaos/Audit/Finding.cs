namespace ImageGateway.Chaos.Audit;

/// <summary>What one check found.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Fact">What was looked at, in numbers, so that a check of nothing shows.</param>
/// <param name="Failures">Where it does not hold; empty: it does.</param>
internal sealed record Finding(string Name, string Fact, IReadOnlyList<string> Failures)
{
    private const int Shown = 8;

    public bool Holds => Failures.Count == 0;

    /// <summary>A failure where there is too little to look at: nothing holds then either.</summary>
    public static IEnumerable<string> AtLeast(int least, int count) => count >= least ? [] : [$"{count} to look at, at least {least} are needed"];

    public override string ToString()
    {
        var more = Failures.Count > Shown ? $"\n      … and {Failures.Count - Shown} more" : "";
        return $"{(Holds ? "ok  " : "FAIL")} {Name}: {Fact}{string.Concat(Failures.Take(Shown).Select(failure => $"\n      {failure}"))}{more}";
    }
}
