using System.Text;
using System.Text.Json;

namespace ImageGateway.Ledger;

/// <summary>
/// A file beside the database for what cannot be written to it now: one line of JSON each, on the disk when
/// <see cref="Append"/> returns. Used by one thread. A process that finds its file in use takes the next name.
/// </summary>
internal sealed class LedgerSpool(string path, long maxBytes) : IDisposable
{
    private const int Names = 16;
    private const int ReplayedAtOnce = 500;

    private FileStream? _file;

    /// <summary>True when there is something to replay, left by this process or one before it.</summary>
    public bool HasContent => _file is { Length: > 0 } || (_file is null && Candidates().Any(candidate => new FileInfo(candidate) is { Exists: true, Length: > 0 }));

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

    /// <summary>Replays all files no other process holds, in their order; a file is emptied when all of it is committed.</summary>
    public void Replay(Action<IReadOnlyList<LedgerWork>> commit)
    {
        while ((_file ??= Open(mustHaveContent: true)) is { } file)
        {
            file.Seek(0, SeekOrigin.Begin);
            using (var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true))
            {
                foreach (var batch in Lines(reader).Chunk(ReplayedAtOnce))
                    commit(batch);
            }
            file.SetLength(0);
            file.Flush(flushToDisk: true);
            File.Delete(file.Name);
            file.Dispose();
            _file = null;
        }
    }

    public void Dispose() => _file?.Dispose();

    // The last line may be torn by a crash; then nobody was told that it was kept.
    private static IEnumerable<LedgerWork> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            if (reader.EndOfStream && !line.EndsWith('}'))
                yield break;
            yield return JsonSerializer.Deserialize(line, LedgerJson.Default.LedgerWork)!;
        }
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
                return new FileStream(candidate, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(candidate))
            {
                // Another process's.
            }
        }
        return mustHaveContent ? null : throw new IOException($"All of {path} and its {Names - 1} siblings are in use.");
    }

    private IEnumerable<string> Candidates() => Enumerable.Range(0, Names).Select(i => i == 0 ? path : $"{path}.{i}");
}
