using System.Data.Common;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>Writes intents, entries and their sums to the database; everything may be written again without harm.</summary>
internal static class LedgerStore
{
    /// <summary>Writes a batch in one transaction. It is durable when this returns.</summary>
    public static void Commit(DbConnection connection, IReadOnlyList<LedgerWork> batch)
    {
        var entries = batch.Where(work => work.Intent is null).Select(work => work.Entry).DistinctBy(entry => entry.Id).ToList();
        var over = entries.Select(entry => entry.Id).ToHashSet();
        using var transaction = connection.BeginTransaction();
        LedgerTables.Intents.Write(connection, transaction, [.. batch.Where(work => work.Intent is not null && !over.Contains(work.Entry.Id))]);
        if (entries.Count > 0)
        {
            Write(connection, transaction, entries);
            LedgerTables.DeleteIntents(connection, transaction, [.. over]);
        }
        transaction.Commit();
    }

    /// <summary>Closes the jobs of processes whose lease has ended, each charged at its worst case; returns them.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="now">Unix ms.</param>
    public static List<LedgerEntry> Sweep(DbConnection connection, long now)
    {
        using var transaction = connection.BeginTransaction();
        var intents = connection.Query<string>(
            "SELECT entry FROM intents WHERE process NOT IN (SELECT process FROM leases WHERE expires_at > @now) ORDER BY job LIMIT 2000", new { now }, transaction);
        var abandoned = intents.Select(LedgerEntry.FromJson).GroupBy(entry => entry.Id).Select(job => Entries.Abandoned(job, now)).ToList();
        if (abandoned.Count == 0)
            return abandoned;
        Write(connection, transaction, abandoned);
        LedgerTables.DeleteIntents(connection, transaction, [.. abandoned.Select(entry => entry.Id)]);
        transaction.Commit();
        return abandoned;
    }

    private static void Write(DbConnection connection, DbTransaction transaction, List<LedgerEntry> entries)
    {
        var ids = LedgerTables.Entries.Write(connection, transaction, entries).ToHashSet();
        var written = entries.Where(entry => ids.Contains(entry.Id)).ToList();
        if (written.Count < entries.Count)
            written.AddRange(Correct(connection, transaction, entries.Where(entry => !ids.Contains(entry.Id))));
        LedgerTables.Hours.Write(connection, transaction, UsageSum.Of(written, UsageSum.Hour));
        LedgerTables.Days.Write(connection, transaction, UsageSum.Of(written, UsageSum.Day));
        LedgerTables.Totals.Write(connection, transaction, UsageSum.Totals(written));
    }

    // A process that was taken for dead has closed its job after all: entries are never changed, so the difference gets one of its own.
    private static List<LedgerEntry> Correct(DbConnection connection, DbTransaction transaction, IEnumerable<LedgerEntry> late)
    {
        var corrections = new List<LedgerEntry>();
        foreach (var entry in late.Where(entry => entry.Status != JobStatus.Abandoned))
        {
            var known = connection.QuerySingle<(long Charge, long ListCost, long BilledCost, string Status)>(
                "SELECT charge, list_cost, billed_cost, status FROM entries WHERE id = @Id", new { entry.Id }, transaction);
            if (known.Status != Words.Of(JobStatus.Abandoned))
                continue;
            var abandoned = entry with { Charge = known.Charge, ListCost = known.ListCost, BilledCost = known.BilledCost };
            corrections.Add(Entries.Correction(abandoned, entry, $"{entry.Id}-corrected"));
        }
        var ids = LedgerTables.Entries.Write(connection, transaction, corrections).ToHashSet();
        return [.. corrections.Where(entry => ids.Contains(entry.Id))];
    }
}
