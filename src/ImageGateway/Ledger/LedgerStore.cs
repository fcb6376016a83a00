using System.Data.Common;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>
/// Writes intents, entries and their totals through one connection, which belongs to its owner; everything may be written again
/// without harm. Used by one thread.
/// </summary>
internal sealed class LedgerStore(DbConnection connection) : IDisposable
{
    /// <summary>Starts the next generation of a tenant's quota counters and returns it.</summary>
    public const string NextGeneration =
        "INSERT INTO quota_generations (tenant, generation) VALUES (@tenant, 1) ON CONFLICT (tenant) DO UPDATE SET generation = quota_generations.generation + 1 RETURNING generation";

    private static readonly Dictionary<string, long> None = [];

    private readonly Statements _statements = Statements.Of(connection);

    /// <summary>Writes a batch in one transaction, which is durable when this returns.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="isLate">
    /// True for records of the spool: other replicas may have built quota counters without them, which no settlement mends. A new
    /// generation has them built again.
    /// </param>
    public void Commit(IReadOnlyList<LedgerWork> batch, bool isLate = false)
    {
        var entries = batch.Where(work => work.Intent is null).Select(work => work.Entry).DistinctBy(entry => entry.Id).ToList();
        if (entries.Count == 0 && _statements.AreAtomic && !isLate)
        {
            _statements.Insert(LedgerTables.Intents, batch);
            return;
        }
        var over = entries.Select(entry => entry.Id).ToHashSet();
        Transactions.Run(connection, transaction =>
        {
            // In the order of their names, so that two replicas cannot deadlock.
            foreach (var tenant in batch.Where(_ => isLate).Select(work => work.Entry.Tenant).Distinct().Order(StringComparer.Ordinal))
                connection.Execute(NextGeneration, new { tenant }, transaction);
            _statements.Insert(LedgerTables.Intents, over.Count == 0 ? batch : [.. batch.Where(work => work.Intent is not null && !over.Contains(work.Entry.Id))]);
            if (entries.Count == 0)
                return entries;
            var written = Write(transaction, entries);
            _statements.Delete("intents", "job", [.. over]);
            return written;
        });
    }

    /// <summary>The generations of tenants' quota counters; tenants without one are left out.</summary>
    public IReadOnlyDictionary<string, long> Generations(IEnumerable<string> tenants)
    {
        var asked = tenants.Distinct().ToArray();
        if (asked.Length == 0)
            return None;
        var sql = $"SELECT tenant, generation FROM quota_generations WHERE {Rows.Among(connection, "tenant", "@asked")}";
        return connection.Query<(string Tenant, long Generation)>(sql, new { asked }).ToDictionary(row => row.Tenant, row => row.Generation);
    }

    /// <summary>
    /// Closes the jobs of processes whose lease has ended, at most 500, each charged at its worst case; returns those that no
    /// other process closed.
    /// </summary>
    /// <param name="now">Unix ms.</param>
    public List<LedgerEntry> Sweep(long now) => Transactions.Run(connection, transaction => Sweep(transaction, now));

    public void Dispose() => _statements.Dispose();

    private List<LedgerEntry> Sweep(DbTransaction transaction, long now)
    {
        // Whole jobs: each of a job's intents may contain a call that the others lack.
        var intents = connection.Query<(string Id, string Entry)>(
            """
            SELECT id, entry FROM intents WHERE job IN (
              SELECT DISTINCT job FROM intents WHERE process NOT IN (SELECT process FROM leases WHERE expires_at > @now) ORDER BY job LIMIT 500)
            """,
            new { now }, transaction).ToList();
        var abandoned = intents.Select(intent => LedgerEntry.FromJson(intent.Entry)).GroupBy(entry => entry.Id).Select(job => Entries.Abandoned(job, now)).ToList();
        if (abandoned.Count == 0)
            return abandoned;
        var written = Write(transaction, abandoned);
        // Only the intents read: a process that is alive after all may have started another call meanwhile.
        _statements.Delete("intents", "id", [.. intents.Select(intent => intent.Id)]);
        return written;
    }

    // In the order of their ids, so that two replicas closing the same jobs cannot deadlock.
    private List<LedgerEntry> Write(DbTransaction transaction, List<LedgerEntry> entries)
    {
        entries.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        var ids = _statements.Insert(LedgerTables.Entries, entries).ToHashSet();
        var written = entries.Where(entry => ids.Contains(entry.Id)).ToList();
        if (written.Count < entries.Count)
            written.AddRange(Correct(transaction, entries.Where(entry => !ids.Contains(entry.Id))));
        _statements.Insert(LedgerTables.Hours, UsageSum.Of(written, UsageSum.Hour));
        _statements.Insert(LedgerTables.Days, UsageSum.Of(written, UsageSum.Day));
        _statements.Insert(LedgerTables.Totals, UsageSum.Totals(written));
        return written;
    }

    // A process that was taken for dead has closed its job after all, or started another call and then died: entries are never
    // changed, so the difference becomes an entry. Any other existing entry was written before, and is replayed.
    private List<LedgerEntry> Correct(DbTransaction transaction, IEnumerable<LedgerEntry> late)
    {
        var corrections = new List<LedgerEntry>();
        foreach (var entry in late)
        {
            var recorded = RecordedSums.Read(connection, transaction, entry.Id);
            if (recorded.IsAbandoned && (entry.Status != JobStatus.Abandoned || entry.Attempts.Count > recorded.Attempts))
                corrections.Add(Entries.Correction(recorded, entry, RecordedSums.CorrectionId(entry.Id, recorded.Entries)));
        }
        var ids = _statements.Insert(LedgerTables.Entries, corrections).ToHashSet();
        return [.. corrections.Where(entry => ids.Contains(entry.Id))];
    }
}
