using System.Globalization;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Entries of jobs that nobody ran.</summary>
internal static class Entries
{
    private static int _count;

    /// <summary>An answered job with one picture and 160 tokens, that cost 0.005 USD.</summary>
    /// <param name="at">When, as in <c>2024-03-01T12:30:00Z</c>.</param>
    public static LedgerEntry At(string at) => At(Moment(at));

    public static LedgerEntry At(long at) => Charged(new LedgerEntry
    {
        Id = $"{Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(at))}-{Interlocked.Increment(ref _count)}",
        CreatedAt = at,
        Tenant = "acme",
        Project = "web",
        KeyId = "acme/web",
        Operation = "generation",
        RequestedModel = "gpt-image-1",
        ServedModel = "gpt-image-1",
        Target = "openai/gpt-image-1",
        Size = "1024x1024",
        Quality = "low",
        N = 1,
        Images = 1,
        Usage = new TokenUsage(10, 0, 0, 0, 150, 0),
        PriceBook = "2024-03-01",
        Basis = ChargeBasis.Usage,
        Status = JobStatus.Completed,
    }, 5_000_000);

    /// <summary>The entry with another charge, in nano-USD, and the one attempt that cost it.</summary>
    public static LedgerEntry Charged(this LedgerEntry entry, long charge) => entry with
    {
        Charge = charge,
        ListCost = charge,
        BilledCost = charge,
        WorstCase = charge,
        Attempts = [new LedgerAttempt(1, entry.Target ?? "openai/gpt-image-1", entry.ServedModel ?? "gpt-image-1", 200, null, null, 1200, charge, charge, entry.Basis, charge, true)],
    };

    /// <summary>A job that no provider was called for.</summary>
    public static LedgerEntry Refused(this LedgerEntry entry) => entry with
    {
        Status = JobStatus.Refused,
        ErrorCode = "invalid_value",
        ServedModel = null,
        Target = null,
        Images = 0,
        Usage = default,
        Charge = 0,
        ListCost = 0,
        BilledCost = 0,
        WorstCase = 0,
        Basis = ChargeBasis.None,
        Attempts = [],
    };

    public static long Moment(string at) => DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    public static long Seconds(string at) => Moment(at) / 1000;
}
