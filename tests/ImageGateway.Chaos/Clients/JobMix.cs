using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Clients;

/// <summary>Draws the jobs of one client: by its own random numbers, so that a seed gives the same jobs whatever happens to them.</summary>
internal sealed class JobMix(int client, Random random)
{
    private const int CachedPrompts = 12;

    // Shares in per cent.
    private static readonly (AskKind Kind, int Share)[] Kinds =
        [(AskKind.Json, 30), (AskKind.Stream, 17), (AskKind.Edit, 10), (AskKind.Cached, 11), (AskKind.Idempotent, 16), (AskKind.Leaving, 9), (AskKind.Pair, 4), (AskKind.Fan, 3)];

    private int _number;

    /// <summary>The next job.</summary>
    public Ask Next()
    {
        var (kind, key) = (Kind(), Key());
        // The others have no cache.
        if (kind == AskKind.Cached)
            key = Tenancy.Open;
        var user = random.Next(100) < 30 ? random.Next(Tenancy.Greedy) : random.Next(Tenancy.Users);
        var prompt = kind == AskKind.Cached ? $"a picture of all, number {random.Next(CachedPrompts)}" : $"a picture of client {client}, number {_number}";
        _number++;
        return new Ask(kind, key, $"u{user}", prompt)
        {
            Streams = kind == AskKind.Stream || (kind is AskKind.Cached or AskKind.Leaving or AskKind.Idempotent && random.Next(2) == 0),
            LeavesAfter = kind == AskKind.Leaving ? TimeSpan.FromMilliseconds(random.Next(5, 250)) : null,
        };
    }

    private AskKind Kind()
    {
        var drawn = random.Next(100);
        foreach (var (kind, share) in Kinds)
        {
            if ((drawn -= share) < 0)
                return kind;
        }
        return AskKind.Json;
    }

    // Half of the budgets' jobs are by the key that has one of its own.
    private TenantKey Key() => random.Next(100) switch
    {
        < 45 => Tenancy.Open,
        < 83 => Tenancy.Spend[Place()],
        _ => Tenancy.Rate[Place()],
    };

    private int Place() => random.Next(4) switch { < 2 => 0, 2 => 1, _ => 2 };
}
