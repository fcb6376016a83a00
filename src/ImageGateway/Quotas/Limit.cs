using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>What a limit counts.</summary>
internal enum Measure { NanoUsd, OutputTokens, Images, Requests }

/// <summary>How a limit counts: a calendar window's sum, a token bucket of one minute, or the amount in flight.</summary>
internal enum LimitShape { Day, Month, Total, Minute, Concurrent }

/// <summary>A kind of limit, with its name in the configuration (<c>UsdPerDay</c>) and on the wire (<c>usd_per_day</c>).</summary>
internal sealed record LimitKind(string Name, string Word, Measure Measure, LimitShape Shape)
{
    public static readonly LimitKind RequestsPerMinute = new("RequestsPerMinute", "requests_per_minute", Measure.Requests, LimitShape.Minute);

    /// <summary>All kinds, in the order in which they are checked: the one that frees first is reported first.</summary>
    public static readonly IReadOnlyList<LimitKind> All =
    [
        RequestsPerMinute,
        new("ImagesPerMinute", "images_per_minute", Measure.Images, LimitShape.Minute),
        new("OutputTokensPerMinute", "output_tokens_per_minute", Measure.OutputTokens, LimitShape.Minute),
        new("ConcurrentImages", "concurrent_images", Measure.Images, LimitShape.Concurrent),
        new("UsdPerDay", "usd_per_day", Measure.NanoUsd, LimitShape.Day),
        new("UsdPerMonth", "usd_per_month", Measure.NanoUsd, LimitShape.Month),
        new("OutputTokensPerMonth", "output_tokens_per_month", Measure.OutputTokens, LimitShape.Month),
        new("UsdTotal", "usd_total", Measure.NanoUsd, LimitShape.Total),
    ];

    /// <summary>By wire name.</summary>
    public static readonly FrozenDictionary<string, LimitKind> ByWord = All.ToFrozenDictionary(kind => kind.Word);

    /// <summary>True for limits that free within a minute or when the next job ends.</summary>
    public bool IsShort => Shape is LimitShape.Minute or LimitShape.Concurrent;

    /// <summary>The window that contains <paramref name="now"/>, as in a counter's key.</summary>
    public string Window(DateTimeOffset now) => Shape switch
    {
        LimitShape.Day => now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        LimitShape.Month => now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        _ => "",
    };

    /// <summary>When the window began; null if it has no beginning.</summary>
    public DateTimeOffset? Start(DateTimeOffset now) => Shape switch
    {
        LimitShape.Day => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero),
        LimitShape.Month => new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero),
        _ => null,
    };

    /// <summary>When the window ends and the next one begins; null if it has no end.</summary>
    public DateTimeOffset? End(DateTimeOffset now) => Shape switch
    {
        LimitShape.Day => Start(now)!.Value.AddDays(1),
        LimitShape.Month => Start(now)!.Value.AddMonths(1),
        _ => null,
    };

    /// <summary>An amount for the wire and messages: USD, or a count.</summary>
    public decimal Shown(long amount) => Measure == Measure.NanoUsd ? new NanoUsd(amount).Usd : amount;
}

/// <summary>A limit of a scope: the amount it enforces, the amount it warns at, or both. Nano-USD, tokens, images or requests.</summary>
internal sealed record Limit(LimitKind Kind, long? Enforced, long? Warned)
{
    // Shared by all amounts that the limit has over time.
    private StrongBox<bool>? _isRenewed;

    /// <summary>True while counters may be older than the limit in this process: they lack jobs that ran before it.</summary>
    public bool IsNew => _isRenewed is { Value: false };

    /// <summary>The stricter of two.</summary>
    public Limit With(Limit other) => this with { Enforced = Least(Enforced, other.Enforced), Warned = Least(Warned, other.Warned) };

    /// <summary>The amount that is reported: the enforced one, else the one it warns at.</summary>
    public long Max => Enforced ?? Warned ?? long.MaxValue;

    /// <summary>The limit as the successor of <paramref name="before"/>, of the same scope and kind; null: there was none.</summary>
    public Limit After(Limit? before) => this with { _isRenewed = before is not null ? before._isRenewed : Kind.IsShort ? null : new StrongBox<bool>() };

    /// <summary>Counters have been rebuilt since the limit came into force.</summary>
    public void Renewed()
    {
        if (_isRenewed is not null)
            _isRenewed.Value = true;
    }

    private static long? Least(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}

/// <summary>The best quality that may be requested; a better one is refused, or reported if the limit only warns.</summary>
internal sealed record QualityLimit(string Most, bool Warns);

/// <summary>All limits of a scope: <c>tenant:acme</c>, <c>project:acme/web</c>, <c>key:ID</c>, <c>user:acme/U</c>.</summary>
/// <param name="Scope">The scope; for the limits of each user of a tenant <c>user:acme/*</c>.</param>
/// <param name="Limits">Its limits, in the order of <see cref="LimitKind.All"/>.</param>
/// <param name="Qualities">The best qualities that may be requested, all of which apply: which of two words is stricter depends on the model.</param>
internal sealed record ScopeLimits(string Scope, IReadOnlyList<Limit> Limits, IReadOnlyList<QualityLimit> Qualities)
{
    /// <summary>Validates limits as written; every mistake is reported with the option's name.</summary>
    public static ScopeLimits Of(string scope, LimitOptions options, Action<string, string> mistake)
    {
        // Above any real budget; it keeps sums far from the end of the range.
        const decimal MostUsd = 1_000_000_000;
        const long Most = 1_000_000_000_000;
        var limits = new List<Limit>();
        foreach (var kind in LimitKind.All)
        {
            if (Value(options, kind) is not { } value)
                continue;
            var amount = 0L;
            if (kind.Measure == Measure.NanoUsd && value is > 0 and <= MostUsd && NanoUsd.TryFromUsd(value, out var nano))
                amount = nano.Value;
            else if (kind.Measure != Measure.NanoUsd && value is >= 1 and <= Most)
                amount = (long)value;
            else
                mistake(kind.Name, string.Create(CultureInfo.InvariantCulture, $"'{value}' is not {(kind.Measure == Measure.NanoUsd ? "an amount above 0, to 1000000000 USD, with at most nine decimals" : "a whole number of 1 to 1000000000000")}"));
            limits.Add(options.Mode == LimitMode.Enforce ? new Limit(kind, amount, null) : new Limit(kind, null, amount));
        }
        return new ScopeLimits(scope, limits, options.MaxQuality is { } most ? [new QualityLimit(most, options.Mode == LimitMode.Warn)] : []);
    }

    /// <summary>These limits, plus the others' limits of kinds that are missing here.</summary>
    public ScopeLimits Over(ScopeLimits others) => this with
    {
        Limits = InOrder(Limits.Concat(others.Limits.Where(other => !Limits.Any(limit => limit.Kind == other.Kind)))),
        Qualities = Qualities.Count > 0 ? Qualities : others.Qualities,
    };

    /// <summary>Limits of different kinds, in the order of <see cref="LimitKind.All"/>.</summary>
    public static IReadOnlyList<Limit> InOrder(IEnumerable<Limit> limits) => [.. LimitKind.All.Join(limits, kind => kind, limit => limit.Kind, (_, limit) => limit)];

    private static decimal? Value(LimitOptions options, LimitKind kind) => kind.Name switch
    {
        nameof(options.UsdPerDay) => options.UsdPerDay,
        nameof(options.UsdPerMonth) => options.UsdPerMonth,
        nameof(options.UsdTotal) => options.UsdTotal,
        nameof(options.OutputTokensPerMinute) => options.OutputTokensPerMinute,
        nameof(options.OutputTokensPerMonth) => options.OutputTokensPerMonth,
        nameof(options.ImagesPerMinute) => options.ImagesPerMinute,
        nameof(options.RequestsPerMinute) => options.RequestsPerMinute,
        _ => options.ConcurrentImages,
    };
}
