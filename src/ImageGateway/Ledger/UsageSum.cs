using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The key of a total; an empty string where an entry has no value.</summary>
internal readonly record struct UsageKey(
    long StartAt, string Tenant, string Project, string KeyId, string User, string Model, string Target, string Size, string Quality, string Operation)
{
    /// <summary>The key of an entry, for the hour or day that <paramref name="startAt"/> begins.</summary>
    public static UsageKey Of(LedgerEntry entry, long startAt) => new(
        startAt, entry.Tenant, entry.Project, entry.KeyId, entry.User ?? "", entry.ServedModel ?? "", entry.Target ?? "", entry.Size ?? "", entry.Quality ?? "", entry.Operation);

    /// <summary>The key of the totals to which this one contributes.</summary>
    public UsageKey Total => new(StartAt, Tenant, Project, "", "", Model, "", "", "", "");

    /// <summary>The order in which rows are always written, so that two replicas cannot deadlock.</summary>
    public static Comparer<UsageKey> Order { get; } = Comparer<UsageKey>.Create((a, b) =>
    {
        var order = a.StartAt.CompareTo(b.StartAt);
        ReadOnlySpan<(string A, string B)> texts =
        [
            (a.Tenant, b.Tenant), (a.Project, b.Project), (a.KeyId, b.KeyId), (a.User, b.User), (a.Model, b.Model),
            (a.Target, b.Target), (a.Size, b.Size), (a.Quality, b.Quality), (a.Operation, b.Operation),
        ];
        foreach (var (left, right) in texts)
            order = order != 0 ? order : string.CompareOrdinal(left, right);
        return order;
    });
}

/// <summary>Totals of the entries of one hour or day.</summary>
internal sealed record UsageSum(UsageKey Key)
{
    public const long Hour = 3_600_000;
    public const long Day = 24 * Hour;

    /// <summary>The summed columns and their values.</summary>
    public static readonly IReadOnlyList<(string Name, Func<UsageSum, long> Value)> Sums =
    [
        ("jobs", sum => sum.Jobs), ("requests", sum => sum.Requests), ("images", sum => sum.Images),
        ("text_input", sum => sum.Usage.TextInput), ("image_input", sum => sum.Usage.ImageInput),
        ("cached_text_input", sum => sum.Usage.CachedTextInput), ("cached_image_input", sum => sum.Usage.CachedImageInput),
        ("image_output", sum => sum.Usage.ImageOutput), ("text_output", sum => sum.Usage.TextOutput),
        ("charge", sum => sum.Charge), ("list_cost", sum => sum.ListCost), ("billed_cost", sum => sum.BilledCost), ("avoided_cost", sum => sum.AvoidedCost),
    ];

    public long Jobs { get; private set; }

    /// <summary>Completed jobs that called a provider.</summary>
    public long Requests { get; private set; }

    public long Images { get; private set; }
    public TokenUsage Usage { get; private set; }
    public long Charge { get; private set; }
    public long ListCost { get; private set; }
    public long BilledCost { get; private set; }
    public long AvoidedCost { get; private set; }

    /// <summary>The totals of some entries by hour or day (<paramref name="width"/> in ms), in the order of their keys.</summary>
    public static List<UsageSum> Of(IEnumerable<LedgerEntry> entries, long width) => Of(entries, width, key => key);

    /// <summary>The daily totals of some entries, in the order of their keys.</summary>
    public static List<UsageSum> Totals(IEnumerable<LedgerEntry> entries) => Of(entries, Day, key => key.Total);

    private static List<UsageSum> Of(IEnumerable<LedgerEntry> entries, long width, Func<UsageKey, UsageKey> part)
    {
        var sums = new SortedDictionary<UsageKey, UsageSum>(UsageKey.Order);
        foreach (var entry in entries)
        {
            var key = part(UsageKey.Of(entry, entry.CreatedAt / width * width));
            if (!sums.TryGetValue(key, out var sum))
                sums.Add(key, sum = new UsageSum(key));
            sum.Add(entry);
        }
        return [.. sums.Values];
    }

    // A correction changes amounts, not counts: its job was already counted.
    private void Add(LedgerEntry entry)
    {
        Charge += entry.Charge;
        ListCost += entry.ListCost;
        BilledCost += entry.BilledCost;
        AvoidedCost += entry.AvoidedCost;
        var counts = entry.Status == JobStatus.Completed && entry.Attempts.Count > 0;
        Jobs += entry.Corrects is null ? 1 : 0;
        Requests += counts ? 1 : 0;
        Images += counts ? entry.Images : 0;
        Usage += entry.Usage;
    }
}
