using System.Text;
using System.Text.Json;

namespace ImageGateway.Ledger;

/// <summary>
/// A local file for records that cannot be written to the database now: one line of JSON each, on disk when
/// <see cref="Append"/> returns. Used by one thread. A process that finds its file in use takes the next name.
/// </summary>
internal sealed partial class LedgerSpool(string path, long maxBytes, TimeProvider time, ILogger<LedgerSpool> log) : IDisposable
{
    private const int Names = 16;
    private const byte LineEnd = (byte)'\n';
    private const int ReplayedAtOnce = 500;

    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    // Files owned by another user, which were already reported.
    private readonly HashSet<string> _foreign = [];

    private FileStream? _file;
    private long? _lookedAt;

    /// <summary>True when there is something to replay, from this process or, as of a second ago, from an earlier one.</summary>
    public bool HasContent => _file is null ? IsLeft() : _file.Length > 0;

    /// <summary>Appends durably; returns false, with nothing written, if the file would become too large.</summary>
    /// <exception cref="IOException">The disk refuses the write; a partial write is cut off again.</exception>
    public bool Append(IEnumerable<LedgerWork> work)
    {
        var lines = new StringBuilder();
        foreach (var item in work)
            lines.Append(JsonSerializer.Serialize(item, LedgerJson.Default.LedgerWork)).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(lines.ToString());
        var file = _file ??= Open(mustHaveContent: false)!;
        if (file.Length + bytes.Length > maxBytes)
            return false;
        var end = file.Seek(0, SeekOrigin.End);
        try
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException)
        {
            file.SetLength(end);
            throw;
        }
    }

    /// <summary>
    /// Replays all files that no other process holds, in order; a file is emptied when all of it is committed, and is not
    /// deleted, since another process may be opening it. Returns the number of unreadable lines.
    /// </summary>
    public int Replay(Action<IReadOnlyList<LedgerWork>> commit)
    {
        var unreadable = 0;
        while ((_file ??= Open(mustHaveContent: true)) is { } file)
        {
            file.Seek(0, SeekOrigin.Begin);
            using (var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true))
            {
                foreach (var batch in Lines(reader).Chunk(ReplayedAtOnce))
                {
                    commit([.. batch.OfType<LedgerWork>()]);
                    unreadable += batch.Count(work => work is null);
                }
            }
            file.SetLength(0);
            file.Flush(flushToDisk: true);
            file.Dispose();
            _file = null;
        }
        return unreadable;
    }

    public void Dispose() => _file?.Dispose();

    // Each check makes many file system calls, and every commit of the ledger makes a check.
    private bool IsLeft()
    {
        if (_lookedAt is { } at && time.GetElapsedTime(at) < LookPause)
            return false;
        var isLeft = Candidates().Any(candidate => !_foreign.Contains(candidate) && new FileInfo(candidate) is { Exists: true, Length: > 0 });
        _lookedAt = isLeft ? null : time.GetTimestamp();
        return isLeft;
    }

    // Null for a damaged line; a crash can damage one whose write was not yet confirmed.
    private static IEnumerable<LedgerWork?> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return Read(line);
    }

    private static LedgerWork? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LedgerJson.Default.LedgerWork);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A last line without its end was torn by a crash; later lines must not be appended to it.
    private static void CutTornLine(FileStream file)
    {
        Span<byte> block = stackalloc byte[4096];
        for (var end = file.Length; end > 0;)
        {
            var part = block[..(int)Math.Min(end, block.Length)];
            file.Seek(end - part.Length, SeekOrigin.Begin);
            file.ReadExactly(part);
            end -= part.Length;
            if (part.LastIndexOf(LineEnd) is >= 0 and var at)
            {
                file.SetLength(end + at + 1);
                return;
            }
        }
        file.SetLength(0);
    }

    private FileStream? Open(bool mustHaveContent)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var candidate in Candidates())
        {
            if (mustHaveContent && new FileInfo(candidate) is not { Exists: true, Length: > 0 })
                continue;
            try
            {
                // Unbuffered: a buffer would later write what the disk refused.
                var file = new FileStream(candidate, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                CutTornLine(file);
                return file;
            }
            catch (IOException) when (File.Exists(candidate))
            {
                // Another process holds it.
            }
            catch (UnauthorizedAccessException e)
            {
                if (_foreign.Add(candidate))
                    LogForeign(candidate, e.Message);
            }
        }
        return mustHaveContent ? null : throw new IOException($"All of {path} and its {Names - 1} siblings are in use.");
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's spool {Path} cannot be opened; its records are not in the ledger until this user owns the file and the gateway is restarted: {Message}")]
    private partial void LogForeign(string path, string message);

    private IEnumerable<string> Candidates() => Enumerable.Range(0, Names).Select(i => i == 0 ? path : $"{path}.{i}");
}
