using System.Buffers;

namespace ImageGateway.Images;

/// <summary>
/// The bytes of one uploaded file: in pooled blocks while the process-wide budget allows, the rest in a temporary file.
/// Can be read any number of times; disposing returns the blocks and deletes the file. Written by one writer, then only read.
/// </summary>
internal sealed class SpooledBytes : IDisposable
{
    private readonly BlockPool _pool;
    private readonly BufferBudget _budget;
    private readonly List<IMemoryOwner<byte>> _blocks = [];
    private readonly UseCount _use;
    private int _disposed;
    private FileStream? _file;
    private long _inMemory;

    public SpooledBytes(BlockPool pool, BufferBudget budget) => (_pool, _budget, _use) = (pool, budget, new UseCount(Release));

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>True when some of the bytes are on disk.</summary>
    public bool IsSpooled => _file is not null;

    /// <summary>Reads <paramref name="source"/> to its end; false as soon as it exceeds <paramref name="limit"/> bytes.</summary>
    public async Task<bool> FillAsync(Stream source, long limit, CancellationToken cancellationToken)
    {
        using var scratch = new Lazily(_pool);
        while (true)
        {
            var room = TailRoom();
            var toFile = room.IsEmpty;
            if (toFile)
                room = scratch.Memory;
            var read = await source.ReadAsync(room, cancellationToken);
            if (read == 0)
                return true;
            if (Length + read > limit)
                return false;
            if (toFile)
                await SpoolAsync(room[..read], cancellationToken);
            else
                _inMemory += read;
            Length += read;
        }
    }

    /// <summary>Appends <paramref name="bytes"/>.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var room = TailRoom();
            var count = room.IsEmpty ? bytes.Length : Math.Min(room.Length, bytes.Length);
            if (room.IsEmpty)
                await SpoolAsync(bytes, cancellationToken);
            else
                bytes[..count].CopyTo(room);
            _inMemory += room.IsEmpty ? 0 : count;
            Length += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Copies the bytes from <paramref name="position"/> on into <paramref name="destination"/>; returns their number.</summary>
    public int Read(long position, Span<byte> destination)
    {
        var total = 0;
        while (!destination.IsEmpty && position < _inMemory)
        {
            var part = Block(position)[(int)(position % BlockPool.BlockSize)..].Span;
            var count = Math.Min(part.Length, destination.Length);
            part[..count].CopyTo(destination);
            position += count;
            total += count;
            destination = destination[count..];
        }
        while (!destination.IsEmpty && _file is not null && position < Length)
        {
            var count = RandomAccess.Read(_file.SafeFileHandle, destination, position - _inMemory);
            if (count == 0)
                break;
            position += count;
            total += count;
            destination = destination[count..];
        }
        return total;
    }

    /// <summary>Writes all bytes to <paramref name="destination"/>.</summary>
    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        _use.Join();
        try
        {
            for (long position = 0; position < _inMemory; position += BlockPool.BlockSize)
                await destination.WriteAsync(Block(position), cancellationToken);
            if (_file is not null)
                await CopyFileAsync(_file, destination, cancellationToken);
        }
        finally
        {
            _use.Leave();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _use.Leave();
    }

    // The disk is full or read-only: another replica may have room, or this process later.
    private async ValueTask SpoolAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await (_file ??= TemporaryFile()).WriteAsync(bytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "There is no room for another request's files now. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(5) }, e);
        }
    }

    private async Task CopyFileAsync(FileStream file, Stream destination, CancellationToken cancellationToken)
    {
        using var scratch = _pool.Rent();
        int read;
        for (var position = 0L; (read = await RandomAccess.ReadAsync(file.SafeFileHandle, scratch.Memory, position, cancellationToken)) > 0; position += read)
            await destination.WriteAsync(scratch.Memory[..read], cancellationToken);
    }

    private void Release()
    {
        foreach (var block in _blocks)
            block.Dispose();
        _budget.Return((long)_blocks.Count * BlockPool.BlockSize);
        _blocks.Clear();
        _file?.Dispose();
    }

    // Where the next bytes go in memory; empty when they go to disk.
    private Memory<byte> TailRoom()
    {
        if (_file is not null)
            return default;
        var used = (int)(_inMemory - (((long)_blocks.Count - 1) * BlockPool.BlockSize));
        if (_blocks.Count > 0 && used < BlockPool.BlockSize)
            return _blocks[^1].Memory[used..];
        if (!_budget.TryTake(BlockPool.BlockSize))
            return default;
        _blocks.Add(_pool.Rent());
        return _blocks[^1].Memory;
    }

    private ReadOnlyMemory<byte> Block(long position)
    {
        var index = (int)(position / BlockPool.BlockSize);
        return _blocks[index].Memory[..(int)Math.Min(BlockPool.BlockSize, _inMemory - ((long)index * BlockPool.BlockSize))];
    }

    private static FileStream TemporaryFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"imagegateway-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        // Without a name the file disappears with the process, however that ends.
        File.Delete(path);
        return file;
    }

    private sealed class Lazily(BlockPool pool) : IDisposable
    {
        private IMemoryOwner<byte>? _block;

        public Memory<byte> Memory => (_block ??= pool.Rent()).Memory;

        public void Dispose() => _block?.Dispose();
    }
}
