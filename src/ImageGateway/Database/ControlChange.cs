using System.Data.Common;
using Dapper;

namespace ImageGateway.Database;

/// <summary>The author of a change: an admin key's id and scope.</summary>
internal sealed record Actor(string Id, string Scope);

/// <summary>An audit log record of a change: its subject, as in <c>tenant:acme</c>, and its JSON before and after, without secrets.</summary>
internal sealed record ChangeRecord(string Action, string Subject, string? Tenant, string? Before, string? After);

/// <summary>
/// A change of the control plane: one transaction that makes it and writes it to the audit log. Changes are numbered and made
/// one after another on all replicas, so that what a change has read is still true when it is committed.
/// </summary>
internal sealed class ControlChange : IAsyncDisposable
{
    // Locks the row (in SQLite the whole database) until the change is over.
    private const string NextNumber = "UPDATE control_changes SET number = number + 1 RETURNING number";

    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly Actor _actor;
    private bool _isNumberUsed;
    private bool _isCommitted;

    private ControlChange(DbConnection connection, DbTransaction transaction, Actor actor, DateTimeOffset now) =>
        (_connection, _transaction, _actor, Now) = (connection, transaction, actor, now.ToUnixTimeSeconds());

    /// <summary>The change's number, higher than all before: the version of what it writes.</summary>
    public long Number { get; private set; }

    /// <summary>The time of the change, in Unix seconds.</summary>
    public long Now { get; }

    public static async Task<ControlChange> BeginAsync(SqlDatabase database, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken);
        DbTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(cancellationToken);
            return new ControlChange(connection, transaction, actor, now) { Number = await connection.ExecuteScalarAsync<long>(NextNumber, transaction: transaction) };
        }
        catch
        {
            if (transaction is not null)
            {
                Transactions.PrepareRollback(connection);
                await transaction.DisposeAsync();
            }
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task ExecuteAsync(string sql, object parameters) => _connection.ExecuteAsync(sql, parameters, _transaction);

    /// <summary>The first row; null when there is none.</summary>
    public Task<T?> FindAsync<T>(string sql, object parameters)
        where T : class => _connection.QueryFirstOrDefaultAsync<T>(sql, parameters, _transaction);

    /// <summary>The value of the first column of the first row.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object parameters) => _connection.ExecuteScalarAsync<T>(sql, parameters, _transaction);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters) => [.. await _connection.QueryAsync<T>(sql, parameters, _transaction)];

    /// <summary>Writes to the audit log; a change of several objects has a record for each.</summary>
    public async Task RecordAsync(ChangeRecord change)
    {
        var number = _isNumberUsed ? await _connection.ExecuteScalarAsync<long>(NextNumber, transaction: _transaction) : Number;
        _isNumberUsed = true;
        await ExecuteAsync(
            "INSERT INTO audit (number, created_at, actor, actor_scope, action, subject, tenant, before_json, after_json) VALUES (@number, @Now, @actor, @scope, @Action, @Subject, @Tenant, @Before, @After)",
            new { number, Now, actor = _actor.Id, scope = _actor.Scope, change.Action, change.Subject, change.Tenant, change.Before, change.After });
    }

    /// <summary>Commits the change. Without it nothing is changed.</summary>
    public async Task CommitAsync()
    {
        await _transaction.CommitAsync();
        _isCommitted = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isCommitted)
            Transactions.PrepareRollback(_connection);
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
