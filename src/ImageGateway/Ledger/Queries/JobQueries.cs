using System.Data.Common;
using Dapper;

namespace ImageGateway.Ledger.Queries;

/// <summary>One job by its request id.</summary>
internal static class JobQueries
{
    /// <summary>Its entry, followed by its corrections in the order they were made; empty when there is none.</summary>
    public static async Task<List<LedgerRow>> EntryAsync(DbConnection connection, string id, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            SELECT {LedgerRow.Columns} FROM entries WHERE id = @id
            UNION ALL
            SELECT {LedgerRow.Columns} FROM entries WHERE corrects = @id AND id <> @id
            """;
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(Sql, new { id }, cancellationToken: cancellationToken));
        var rows = new List<LedgerRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(LedgerRow.Read(reader));
        return [.. rows.OrderBy(row => row.Id != id).ThenBy(row => row.CreatedAt)];
    }

    /// <summary>Its latest intent while it runs; null when it does not run.</summary>
    public static async Task<LedgerEntry?> RunningAsync(DbConnection connection, string id, CancellationToken cancellationToken)
    {
        var intents = await connection.QueryAsync<string>(new CommandDefinition("SELECT entry FROM intents WHERE job = @id", new { id }, cancellationToken: cancellationToken));
        return intents.Select(LedgerEntry.FromJson).MaxBy(intent => intent.Attempts.Count);
    }
}
