using System.Data.Common;
using Dapper;

namespace ImageGateway.Ledger.Queries;

/// <summary>A position in a list of entries: the last one returned.</summary>
internal readonly record struct EntryPosition(long CreatedAt, string Id);

/// <summary>How a job ended.</summary>
/// <param name="CreatedAt">When it began, in Unix ms.</param>
/// <param name="Status">The status as a word.</param>
/// <param name="ErrorCode">Null if there was no error.</param>
/// <param name="DurationMs">Until its response had arrived whole, in ms.</param>
internal readonly record struct JobOutcome(long CreatedAt, string Status, string? ErrorCode, long DurationMs);

/// <summary>Selects the entries that meet all conditions, a page at a time.</summary>
internal sealed record EntryQuery
{
    /// <summary>Bounds of the job's start, in Unix ms: inclusive and exclusive; null: no bound.</summary>
    public long? From { get; init; }
    public long? To { get; init; }

    /// <summary>Columns of the table, each with its allowed values.</summary>
    public IReadOnlyList<(string Column, IReadOnlyList<string> Values)> Words { get; init; } = [];

    /// <summary>Tags that must have these values.</summary>
    public IReadOnlyList<(string Name, string Value)> Tags { get; init; } = [];

    /// <summary>Only entries of jobs that called a provider.</summary>
    public bool OnlyCharges { get; init; }

    /// <summary>True: newest first; false: oldest first.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Up to <paramref name="limit"/> entries after a position.</summary>
    public async Task<List<LedgerRow>> ReadAsync(DbConnection connection, EntryPosition? after, int limit, CancellationToken cancellationToken)
    {
        var sql = Conditions(connection);
        if (after is { } position)
            sql.Require($"(created_at, id) {(NewestFirst ? "<" : ">")} ({position.CreatedAt}, {sql.Value(position.Id)})");
        var order = NewestFirst ? " DESC" : "";
        var statement = $"SELECT {LedgerRow.Columns} FROM entries{sql.Where} ORDER BY created_at{order}, id{order} LIMIT {limit}";
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(statement, sql.Parameters, cancellationToken: cancellationToken));
        var page = new List<LedgerRow>(limit);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(LedgerRow.Read(reader));
        return page;
    }

    /// <summary>How the newest jobs ended, at most so many; corrections do not count.</summary>
    public async Task<List<JobOutcome>> OutcomesAsync(DbConnection connection, int limit, CancellationToken cancellationToken)
    {
        var sql = Conditions(connection);
        sql.Require("corrects IS NULL");
        var statement = $"SELECT created_at, status, error_code, duration_ms FROM entries{sql.Where} ORDER BY created_at DESC, id DESC LIMIT {limit}";
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(statement, sql.Parameters, cancellationToken: cancellationToken));
        var outcomes = new List<JobOutcome>();
        while (await reader.ReadAsync(cancellationToken))
            outcomes.Add(new JobOutcome(reader.GetInt64(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3)));
        return outcomes;
    }

    private SqlText Conditions(DbConnection connection)
    {
        var sql = new SqlText(connection);
        if (From is { } from)
            sql.Require($"created_at >= {from}");
        if (To is { } to)
            sql.Require($"created_at < {to}");
        foreach (var (column, values) in Words)
            sql.RequireAny(column, values);
        foreach (var (name, value) in Tags)
            sql.Require($"{sql.Tag(name)} = {sql.Value(value)}");
        if (OnlyCharges)
            sql.Require("attempts <> '[]'");
        return sql;
    }
}
