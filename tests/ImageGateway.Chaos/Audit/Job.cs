using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.Chaos.Audit;

/// <summary>A row of the ledger's entries.</summary>
internal sealed record EntryRow(
    string Id, long CreatedAt, string Tenant, string Project, string KeyId, string? User, long N, long Charge, string Basis, string Status, string Attempts, string? Corrects, string? ClientRequestId);

/// <summary>One call of a job, as the ledger has it.</summary>
internal sealed record LedgerCall(string Basis, long Charge, bool Ended, string? ErrorCode, string? UpstreamRequestId);

/// <summary>A job as the ledger has it, corrections included.</summary>
internal sealed record Job(EntryRow Entry, EntryRow Latest, long Charge, IReadOnlyList<LedgerCall> Calls)
{
    /// <summary>The request's own name, by which its client knows it.</summary>
    public string? Request => Entry.ClientRequestId;

    /// <summary>True when what it cost is what providers counted, or the table says, and not a guess.</summary>
    public bool IsExact => Latest.Basis is not "estimate";

    /// <summary>The scopes that its cost counts in.</summary>
    public IEnumerable<string> Scopes =>
        [$"tenant:{Entry.Tenant}", $"project:{Entry.Tenant}/{Entry.Project}", $"key:{Entry.KeyId}", $"user:{Entry.Tenant}/{Entry.User}"];

    /// <summary>The jobs of all entries, oldest first.</summary>
    public static IReadOnlyList<Job> Of(IEnumerable<EntryRow> rows) =>
        [.. rows.GroupBy(row => row.Corrects ?? row.Id).Select(One).OrderBy(job => job.Entry.CreatedAt)];

    private static Job One(IEnumerable<EntryRow> rows)
    {
        // A correction's own id is of the time it was made.
        var ordered = rows.OrderBy(row => row.Corrects is not null).ThenBy(row => row.Id, StringComparer.Ordinal).ToList();
        var calls = JsonNode.Parse(ordered[^1].Attempts)!.AsArray().Select(call => call.Deserialize<LedgerCall>(Wire)!);
        return new Job(ordered[0], ordered[^1], ordered.Sum(row => row.Charge), [.. calls]);
    }

    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
