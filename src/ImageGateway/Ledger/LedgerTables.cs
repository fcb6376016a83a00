using System.Text.Json.Serialization;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>
/// A record for the ledger, in order: an intent before a call (<see cref="Intent"/> is its id), or the entry of a finished job
/// (<see cref="Intent"/> is null).
/// </summary>
internal sealed record LedgerWork(LedgerEntry Entry, string? Intent, string Process)
{
    /// <summary>True when the caller wants the generation of its tenant's quota counters.</summary>
    [JsonIgnore]
    public bool AsksGeneration { get; init; }
}

/// <summary>The ledger's tables for writing.</summary>
internal static class LedgerTables
{
    public static readonly Table<LedgerWork> Intents = new(
        "intents",
        [
            Column<LedgerWork>.Of("id", work => work.Intent),
            Column<LedgerWork>.Of("job", work => work.Entry.Id),
            Column<LedgerWork>.Of("process", work => work.Process),
            Column<LedgerWork>.Of("tenant", work => work.Entry.Tenant),
            Column<LedgerWork>.Of("created_at", work => work.Entry.CreatedAt),
            Column<LedgerWork>.Of("worst_case", work => work.Entry.WorstCase),
            Column<LedgerWork>.Of("entry", work => work.Entry.ToJson()),
        ],
        "ON CONFLICT DO NOTHING");

    public static readonly Table<LedgerEntry> Entries = new(
        "entries",
        [
            Column<LedgerEntry>.Of("id", entry => entry.Id),
            Column<LedgerEntry>.Of("created_at", entry => entry.CreatedAt),
            Column<LedgerEntry>.Of("tenant", entry => entry.Tenant),
            Column<LedgerEntry>.Of("project", entry => entry.Project),
            Column<LedgerEntry>.Of("key_id", entry => entry.KeyId),
            Column<LedgerEntry>.Of("end_user", entry => entry.User),
            Column<LedgerEntry>.Of("tags", entry => entry.Tags.Count == 0 ? null : LedgerEntry.Json(entry.Tags)),
            Column<LedgerEntry>.Of("operation", entry => entry.Operation),
            Column<LedgerEntry>.Of("route", entry => entry.Route),
            Column<LedgerEntry>.Of("tier", entry => entry.Tier),
            Column<LedgerEntry>.Of("requested_model", entry => entry.RequestedModel),
            Column<LedgerEntry>.Of("target", entry => entry.Target),
            Column<LedgerEntry>.Of("served_model", entry => entry.ServedModel),
            Column<LedgerEntry>.Of("size", entry => entry.Size),
            Column<LedgerEntry>.Of("quality", entry => entry.Quality),
            Column<LedgerEntry>.Of("n", entry => entry.N),
            Column<LedgerEntry>.Of("images", entry => entry.Images),
            Column<LedgerEntry>.Of("text_input", entry => entry.Usage.TextInput),
            Column<LedgerEntry>.Of("image_input", entry => entry.Usage.ImageInput),
            Column<LedgerEntry>.Of("cached_text_input", entry => entry.Usage.CachedTextInput),
            Column<LedgerEntry>.Of("cached_image_input", entry => entry.Usage.CachedImageInput),
            Column<LedgerEntry>.Of("image_output", entry => entry.Usage.ImageOutput),
            Column<LedgerEntry>.Of("text_output", entry => entry.Usage.TextOutput),
            Column<LedgerEntry>.Of("price_book", entry => entry.PriceBook),
            Column<LedgerEntry>.Of("charge", entry => entry.Charge),
            Column<LedgerEntry>.Of("basis", entry => WireName.Of(entry.Basis)),
            Column<LedgerEntry>.Of("list_cost", entry => entry.ListCost),
            Column<LedgerEntry>.Of("billed_cost", entry => entry.BilledCost),
            Column<LedgerEntry>.Of("avoided_cost", entry => entry.AvoidedCost),
            Column<LedgerEntry>.Of("worst_case", entry => entry.WorstCase),
            Column<LedgerEntry>.Of("status", entry => WireName.Of(entry.Status)),
            Column<LedgerEntry>.Of("error_code", entry => entry.ErrorCode),
            Column<LedgerEntry>.Of("stream", entry => entry.Stream ? 1 : 0),
            Column<LedgerEntry>.Of("first_byte_ms", entry => entry.FirstByteMs),
            Column<LedgerEntry>.Of("duration_ms", entry => entry.DurationMs),
            Column<LedgerEntry>.Of("bytes_in", entry => entry.BytesIn),
            Column<LedgerEntry>.Of("bytes_out", entry => entry.BytesOut),
            Column<LedgerEntry>.Of("attempts", entry => LedgerEntry.Json(entry.Attempts)),
            Column<LedgerEntry>.Of("corrects", entry => entry.Corrects),
            Column<LedgerEntry>.Of("client_request_id", entry => entry.ClientRequestId),
            Column<LedgerEntry>.Of("prompt_hash", entry => entry.PromptHash),
        ],
        "ON CONFLICT DO NOTHING",
        "id");

    /// <summary>Hourly and daily totals: the same columns, in the order of their key.</summary>
    public static readonly Table<UsageSum> Hours = Usage("usage_hours");
    public static readonly Table<UsageSum> Days = Usage("usage_days");

    /// <summary>The daily totals with fewer keys.</summary>
    public static readonly Table<UsageSum> Totals = Usage("usage_totals", "tenant", "project", "model");

    private static Table<UsageSum> Usage(string table, params string[] only)
    {
        List<Column<UsageSum>> keys =
        [
            Column<UsageSum>.Of("start_at", sum => sum.Key.StartAt),
            Column<UsageSum>.Of("tenant", sum => sum.Key.Tenant),
            Column<UsageSum>.Of("project", sum => sum.Key.Project),
            Column<UsageSum>.Of("key_id", sum => sum.Key.KeyId),
            Column<UsageSum>.Of("end_user", sum => sum.Key.User),
            Column<UsageSum>.Of("model", sum => sum.Key.Model),
            Column<UsageSum>.Of("target", sum => sum.Key.Target),
            Column<UsageSum>.Of("size", sum => sum.Key.Size),
            Column<UsageSum>.Of("quality", sum => sum.Key.Quality),
            Column<UsageSum>.Of("operation", sum => sum.Key.Operation),
        ];
        if (only.Length > 0)
            keys.RemoveAll(key => key.Name != "start_at" && !only.Contains(key.Name));
        return new Table<UsageSum>(
            table,
            [.. keys, .. UsageSum.Sums.Select(sum => Column<UsageSum>.Of(sum.Name, row => sum.Value(row)))],
            $"ON CONFLICT ({string.Join(", ", keys.Select(key => key.Name))}) DO UPDATE SET {string.Join(", ", UsageSum.Sums.Select(sum => $"{sum.Name} = {table}.{sum.Name} + excluded.{sum.Name}"))}");
    }
}
