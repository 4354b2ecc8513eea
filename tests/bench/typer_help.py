import typer

app = typer.Typer()


@app.command()
def main(name: str) -> None:
    print(name)


app()
