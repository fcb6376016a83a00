using System.Data.Common;
using Dapper;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The ledger's records of a job: its entry and the corrections to it, summed.</summary>
/// <param name="Entries">Their number.</param>
/// <param name="IsAbandoned">True when all of them are abandoned.</param>
/// <param name="Attempts">The highest number of calls in one of them.</param>
internal sealed record RecordedSums(int Entries, bool IsAbandoned, int Attempts, TokenUsage Usage, long Charge, long ListCost, long BilledCost)
{
    // Abandoned, abandoned again with a later call, and closed after all.
    private const int Most = 3;

    /// <summary>The id of the next entry of a job that has entries.</summary>
    public static string CorrectionId(string job, int entries) => entries == 1 ? $"{job}-corrected" : $"{job}-corrected-{entries}";

    /// <summary>Reads it within a transaction.</summary>
    public static RecordedSums Read(DbConnection connection, DbTransaction transaction, string job)
    {
        string[] ids = [job, .. Enumerable.Range(1, Most - 1).Select(entries => CorrectionId(job, entries))];
        var sums = new RecordedSums(0, true, 0, default, 0, 0, 0);
        foreach (var id in ids)
        {
            var row = connection.QuerySingleOrDefault<Row>(
                """
                SELECT status, attempts, charge, list_cost AS ListCost, billed_cost AS BilledCost, text_input AS TextInput, image_input AS ImageInput,
                  cached_text_input AS CachedTextInput, cached_image_input AS CachedImageInput, image_output AS ImageOutput, text_output AS TextOutput
                FROM entries WHERE id = @id
                """,
                new { id }, transaction);
            if (row is not null)
                sums = sums.With(row);
        }
        return sums;
    }

    private RecordedSums With(Row row) => new(
        Entries + 1, IsAbandoned && row.Status == WireName.Of(JobStatus.Abandoned), Math.Max(Attempts, LedgerEntry.AttemptsFromJson(row.Attempts).Count),
        Usage + new TokenUsage(row.TextInput, row.ImageInput, row.CachedTextInput, row.CachedImageInput, row.ImageOutput, row.TextOutput),
        Charge + row.Charge, ListCost + row.ListCost, BilledCost + row.BilledCost);

    private sealed class Row
    {
        public string Status { get; init; } = "";
        public string Attempts { get; init; } = "[]";
        public long Charge { get; init; }
        public long ListCost { get; init; }
        public long BilledCost { get; init; }
        public long TextInput { get; init; }
        public long ImageInput { get; init; }
        public long CachedTextInput { get; init; }
        public long CachedImageInput { get; init; }
        public long ImageOutput { get; init; }
        public long TextOutput { get; init; }
    }
}
