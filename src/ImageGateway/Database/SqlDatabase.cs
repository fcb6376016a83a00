using System.Data.Common;
using ImageGateway.Configuration;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>
/// The SQL database with the ledger and the tenants: SQLite, or PostgreSQL when the connection string names a host. The same
/// code serves both; it checks <see cref="IsPostgres"/> where they differ.
/// </summary>
internal sealed class SqlDatabase
{
    private readonly string _connectionString;

    private SqlDatabase(string connectionString, bool isPostgres) => (_connectionString, IsPostgres) = (connectionString, isPostgres);

    /// <summary>True for PostgreSQL, false for SQLite.</summary>
    public bool IsPostgres { get; }

    /// <summary>
    /// The database of a connection string; null after a mistake. A SQLite file's path is relative to
    /// <paramref name="folder"/>, which is created.
    /// </summary>
    public static SqlDatabase? Create(string connectionString, string folder, Mistakes mistakes)
    {
        if (Check(connectionString, folder, mistakes) is not { } database)
            return null;
        try
        {
            database.MakeFolder();
            return database;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes.Add("Database", $"the database's folder cannot be created: {e.Message}");
            return null;
        }
    }

    /// <summary>The same without creating anything.</summary>
    public static SqlDatabase? Check(string connectionString, string folder, Mistakes mistakes)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return parts.ContainsKey("Host") || parts.ContainsKey("Server") ? Postgres(connectionString) : Sqlite(connectionString, folder, mistakes);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // A connection string may contain a password, so it is not shown.
            mistakes.Add("Database", "is not a valid connection string for SQLite (Data Source=FILE) or PostgreSQL (Host=…;Database=…)");
            return null;
        }
    }

    /// <summary>A connection that is not open yet.</summary>
    internal DbConnection Connection() => IsPostgres ? new NpgsqlConnection(_connectionString) : new SqliteConnection(_connectionString);

    /// <summary>An open connection; the caller disposes it, which returns it to a pool.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = Connection();
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (!IsPostgres)
                Tune((SqliteConnection)connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>An open connection for a thread that may block.</summary>
    public DbConnection Open()
    {
        var connection = Connection();
        try
        {
            connection.Open();
            if (!IsPostgres)
                Tune((SqliteConnection)connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>True for a failure of the database itself rather than of a statement: it is unreachable, full or shutting down.</summary>
    public static bool IsFailure(Exception e) => e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException;

    /// <summary>True when the data was rejected: class 22, data exception, or 23, a constraint; or by the driver.</summary>
    public static bool IsOfTheData(Exception e) => e is PostgresException { SqlState: var state }
        ? state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
        : !IsFailure(e);

    private static SqlDatabase Postgres(string connectionString)
    {
        // A hanging database must not delay jobs for the driver's default of half a minute; and the container image has no
        // Kerberos library, which each new connection would try to load. If a keyword is repeated, the last one counts.
        var parts = new NpgsqlConnectionStringBuilder($"Timeout=3;Command Timeout=15;GSS Encryption Mode=Disable;Application Name=ImageGateway;{connectionString}");
        return new SqlDatabase(parts.ConnectionString, isPostgres: true);
    }

    private static SqlDatabase? Sqlite(string connectionString, string folder, Mistakes mistakes)
    {
        var parts = new SqliteConnectionStringBuilder(connectionString);
        if (parts.DataSource.Length == 0 || parts.DataSource.Contains(":memory:", StringComparison.OrdinalIgnoreCase) || parts.Mode == SqliteOpenMode.Memory)
        {
            mistakes.Add("Database", "must name a file (Data Source=FILE) or a PostgreSQL server (Host=…;Database=…); a ledger in memory would not survive");
            return null;
        }
        parts.DataSource = Path.GetFullPath(parts.DataSource, folder);
        return new SqlDatabase(parts.ConnectionString, isPostgres: false);
    }

    private void MakeFolder()
    {
        if (!IsPostgres)
            Directory.CreateDirectory(Path.GetDirectoryName(new SqliteConnectionStringBuilder(_connectionString).DataSource)!);
    }

    // FULL: a commit is on disk when it returns. WAL: readers do not block the writer. A checkpoint every 8192 pages (32 MiB)
    // instead of 1000: the same few pages are written repeatedly, and a checkpoint writes each once.
    private static void Tune(SqliteConnection connection)
    {
        SqliteBusyHandler.Set(connection);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8192;";
        command.ExecuteNonQuery();
    }
}
