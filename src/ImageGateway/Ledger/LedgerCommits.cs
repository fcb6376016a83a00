using System.Data.Common;
using ImageGateway.Database;

namespace ImageGateway.Ledger;

/// <summary>
/// The writer's connection, and the handling of a batch that the database does not accept as a whole: each record is then
/// written separately, so that one cannot block the others. Used by one thread.
/// </summary>
internal sealed partial class LedgerCommits(SqlDatabase database, ILogger log) : IDisposable
{
    private DbConnection? _connection;
    private LedgerStore? _store;

    /// <summary>
    /// Records that the database rejected for their content, since the caller cleared this set. An entry's intents stay, and
    /// are eventually charged at their worst case.
    /// </summary>
    public HashSet<LedgerWork> Refused { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The store on the connection, which is opened if necessary.</summary>
    public LedgerStore Open() => _store ??= new LedgerStore(_connection = database.Open());

    /// <summary>Writes records of the spool like <see cref="Commit(IReadOnlyList{LedgerWork})"/>; quota counters that were built without them are built again.</summary>
    public void CommitLate(IReadOnlyList<LedgerWork> works) => Commit(works, isLate: true);

    /// <summary>Writes everything, or everything except rejected records.</summary>
    /// <exception cref="Exception">The database fails (<see cref="SqlDatabase.IsFailure"/>).</exception>
    public void Commit(IReadOnlyList<LedgerWork> works) => Commit(works, isLate: false);

    private void Commit(IReadOnlyList<LedgerWork> works, bool isLate)
    {
        try
        {
            if (works.Count > 0)
                Open().Commit(works, isLate);
        }
        catch (Exception e) when (SqlDatabase.IsOfTheData(e))
        {
            Close();
            if (works.Count > 1)
            {
                foreach (var work in works)
                    Commit([work], isLate);
                return;
            }
            Refused.Add(works[0]);
            LogRefused(e, works[0].Entry.Id);
        }
    }

    /// <summary>Drops the connection: the next one is new.</summary>
    public void Close()
    {
        _store?.Dispose();
        _connection?.Dispose();
        (_store, _connection) = (null, null);
    }

    public void Dispose() => Close();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's database rejects the record of {Job}")]
    private partial void LogRefused(Exception exception, string job);
}
