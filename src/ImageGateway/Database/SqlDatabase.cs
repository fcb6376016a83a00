using System.Data.Common;
using ImageGateway.Configuration;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>
/// The SQL database that keeps the ledger and the tenants: SQLite, or PostgreSQL when the connection string names a host.
/// One code serves both; what differs is asked of <see cref="IsPostgres"/>.
/// </summary>
internal sealed class SqlDatabase
{
    private readonly string _connectionString;

    private SqlDatabase(string connectionString, bool isPostgres) => (_connectionString, IsPostgres) = (connectionString, isPostgres);

    /// <summary>True for PostgreSQL, false for SQLite.</summary>
    public bool IsPostgres { get; }

    /// <summary>The database of a connection string; null after a mistake. A SQLite file's path is relative to <paramref name="folder"/>, which is made.</summary>
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
            mistakes.Add("Database", $"the database's folder cannot be made: {e.Message}");
            return null;
        }
    }

    /// <summary>The same with nothing made.</summary>
    public static SqlDatabase? Check(string connectionString, string folder, Mistakes mistakes)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return parts.ContainsKey("Host") || parts.ContainsKey("Server") ? Postgres(connectionString) : Sqlite(connectionString, folder, mistakes);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // A connection string may hold a password.
            mistakes.Add("Database", "is no connection string of SQLite (Data Source=FILE) or PostgreSQL (Host=…;Database=…)");
            return null;
        }
    }

    /// <summary>A connection that is not open yet.</summary>
    internal DbConnection Connection() => IsPostgres ? new NpgsqlConnection(_connectionString) : new SqliteConnection(_connectionString);

    /// <summary>An open connection; the caller disposes it, and it goes back to a pool.</summary>
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

    /// <summary>True for failures of the database itself, not of a statement: it cannot be reached, is full or is shutting down.</summary>
    public static bool IsFailure(Exception e) => e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException;

    /// <summary>True when the database took offence at what was to be written: class 22, data exception, or 23, a constraint; or the driver did.</summary>
    public static bool IsOfTheData(Exception e) => e is PostgresException { SqlState: var state }
        ? state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
        : !IsFailure(e);

    private static SqlDatabase Postgres(string connectionString)
    {
        // A database that hangs must not hold jobs for the driver's default of half a minute; and the image has no Kerberos library, for
        // which each new connection would look, and complain. Of a keyword that comes twice the last counts.
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

    // FULL: a commit is on the disk when it returns. WAL: readers do not stop the writer. A checkpoint every 8192 pages (32 MiB)
    // instead of 1000: the same few pages are written again and again, and a checkpoint writes each once.
    private static void Tune(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8192;";
        command.ExecuteNonQuery();
    }
}
