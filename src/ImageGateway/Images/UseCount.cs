namespace ImageGateway.Images;

/// <summary>
/// Pooled memory with an owner and temporary readers. It is released when the owner is done and no reader is left: over HTTP/2
/// a provider may respond while its request is still being sent, and the memory must not be reused before that ends.
/// </summary>
internal sealed class UseCount(Action release)
{
    private int _users = 1;

    /// <summary>Joins as a reader; end with <see cref="Leave"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory has already been released.</exception>
    public void Join()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            ObjectDisposedException.ThrowIf(users == 0, this);
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
    }

    /// <summary>Leaves; the last one to leave releases the memory.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            release();
    }
}
