using System.Data.Common;
using ImageGateway.Database;

namespace ImageGateway.Ledger;

/// <summary>
/// The writer's connection, and what becomes of a batch that the database does not take whole: each record by itself, so that
/// one cannot stop the others. Used by one thread.
/// </summary>
internal sealed partial class LedgerCommits(SqlDatabase database, ILogger log) : IDisposable
{
    private DbConnection? _connection;
    private LedgerStore? _store;

    /// <summary>What the database refused for what it is, since somebody cleared this. An entry's intents stay, and are charged at their worst case in the end.</summary>
    public HashSet<LedgerWork> Refused { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The store on the connection; opened where it is not.</summary>
    public LedgerStore Open() => _store ??= new LedgerStore(_connection = database.Open());

    /// <summary>Writes all of it, or all but what is refused.</summary>
    /// <exception cref="Exception">The database fails (<see cref="SqlDatabase.IsFailure"/>).</exception>
    public void Commit(IReadOnlyList<LedgerWork> works)
    {
        try
        {
            if (works.Count > 0)
                Open().Commit(works);
        }
        catch (Exception e) when (SqlDatabase.IsOfTheData(e))
        {
            Close();
            if (works.Count > 1)
            {
                foreach (var work in works)
                    Commit([work]);
                return;
            }
            Refused.Add(works[0]);
            LogRefused(e, works[0].Entry.Id);
        }
    }

    /// <summary>Gives the connection up: the next one is new.</summary>
    public void Close()
    {
        _store?.Dispose();
        _connection?.Dispose();
        (_store, _connection) = (null, null);
    }

    public void Dispose() => Close();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's database does not take the record of {Job}")]
    private partial void LogRefused(Exception exception, string job);
}
