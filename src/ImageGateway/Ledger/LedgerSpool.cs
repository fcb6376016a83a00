using System.Text;
using System.Text.Json;

namespace ImageGateway.Ledger;

/// <summary>
/// A file beside the database for what cannot be written to it now: one line of JSON each, on the disk when
/// <see cref="Append"/> returns. Used by one thread. A process that finds its file in use takes the next name.
/// </summary>
internal sealed partial class LedgerSpool(string path, long maxBytes, TimeProvider time, ILogger<LedgerSpool> log) : IDisposable
{
    private const int Names = 16;
    private const byte LineEnd = (byte)'\n';
    private const int ReplayedAtOnce = 500;

    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    // Files that are another user's, and were told of.
    private readonly HashSet<string> _foreign = [];

    private FileStream? _file;
    private long? _lookedAt;

    /// <summary>True when there is something to replay, left by this process or, as far as was seen a second ago, by one before it.</summary>
    public bool HasContent => _file is null ? IsLeft() : _file.Length > 0;

    /// <summary>Appends, durably; false and nothing written when the file would become too large.</summary>
    /// <exception cref="IOException">The disk does not take it; what was written in part is cut off again.</exception>
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
    /// Replays all files no other process holds, in their order; a file is emptied when all of it is committed, and stays,
    /// since another process may be opening it. Returns how many lines could not be read.
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

    // Each look asks the file system many times, and every commit of the ledger asks for one.
    private bool IsLeft()
    {
        if (_lookedAt is { } at && time.GetElapsedTime(at) < LookPause)
            return false;
        var isLeft = Candidates().Any(candidate => !_foreign.Contains(candidate) && new FileInfo(candidate) is { Exists: true, Length: > 0 });
        _lookedAt = isLeft ? null : time.GetTimestamp();
        return isLeft;
    }

    // Null for a line of which the disk has lost a part; a crash can do so before anybody was told that it was kept.
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

    // A last line without its end was torn by a crash; what follows must not be glued to it.
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
                // Without a buffer: it would write later what the disk has refused.
                var file = new FileStream(candidate, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                CutTornLine(file);
                return file;
            }
            catch (IOException) when (File.Exists(candidate))
            {
                // Another process's.
            }
            catch (UnauthorizedAccessException e)
            {
                if (_foreign.Add(candidate))
                    LogForeign(candidate, e.Message);
            }
        }
        return mustHaveContent ? null : throw new IOException($"All of {path} and its {Names - 1} siblings are in use.");
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's spool {Path} cannot be opened, and what it holds is not in the ledger until it is this user's and the gateway is started again: {Message}")]
    private partial void LogForeign(string path, string message);

    private IEnumerable<string> Candidates() => Enumerable.Range(0, Names).Select(i => i == 0 ? path : $"{path}.{i}");
}
