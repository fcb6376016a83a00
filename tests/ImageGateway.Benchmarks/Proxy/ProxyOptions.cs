using System.Globalization;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The switches of the <c>proxy</c> command.</summary>
internal sealed record ProxyOptions
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(3);

    public int Rounds { get; private init; } = 5;

    public IReadOnlyList<string> Cases { get; private init; } = ProxyCase.Usual;

    public IReadOnlyList<string> Systems { get; private init; } = ProxySystem.Usual;

    public bool Markdown { get; private init; }

    /// <summary>
    /// Length of the unmeasured run of each case on each system, in which they are compiled in full. On two cores the
    /// gateway's throughput still rises after four seconds under load.
    /// </summary>
    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>The switches as given, the rest at their defaults.</summary>
    /// <exception cref="FormatException">A switch or value is wrong.</exception>
    public static ProxyOptions Parse(ReadOnlySpan<string> args)
    {
        var options = new ProxyOptions();
        while (!args.IsEmpty)
        {
            var value = args.Length > 1 ? args[1] : "";
            (options, var used) = args[0] switch
            {
                "--smoke" => (options with { Duration = TimeSpan.FromSeconds(0.5), WarmUp = TimeSpan.FromSeconds(0.2), Rounds = 1, Cases = ProxyCase.Smoke, Systems = [.. ProxySystem.Usual, ProxySystem.Embedded] }, 1),
                "--markdown" => (options with { Markdown = true }, 1),
                "--seconds" => (options with { Duration = TimeSpan.FromSeconds(Positive(value)) }, 2),
                "--warm-up" => (options with { WarmUp = TimeSpan.FromSeconds(Positive(value)) }, 2),
                "--rounds" => (options with { Rounds = (int)Positive(value) }, 2),
                "--cases" => (options with { Cases = value.Split(',') }, 2),
                "--systems" => (options with { Systems = Known(value.Split(',')) }, 2),
                _ => throw new FormatException($"There is no switch '{args[0]}'."),
            };
            args = args[used..];
        }
        return options;
    }

    private static double Positive(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new FormatException($"'{text}' is not a positive number.");

    private static string[] Known(string[] names) => Array.Find(names, name => !ProxySystem.Names.Contains(name)) is { } unknown
        ? throw new FormatException($"There is no system '{unknown}'.")
        : names;
}
